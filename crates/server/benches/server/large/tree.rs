//! The shape of the large database: 100 partners with 100 customers each, 10 Groups in each, 10 accounts in each Group.
//! The same at every run; a smaller extent has fewer partners.

use std::fmt::Write as _;

use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const CUSTOMERS: usize = 100;
const GROUPS: usize = 10;
const ACCOUNTS: usize = 10;
/// The root's ordinal is 1.
const FIRST_ORDINAL: usize = 2;

/// A Collection or a Group, with what the store keeps of its place.
pub(crate) struct Scope {
    pub(crate) guid: ScopeGuid,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) parent: ScopeGuid,
    pub(crate) ordinal: usize,
    pub(crate) path: String,
    pub(crate) accounts: usize,
    pub(crate) certified: bool,
    pub(crate) certificates_above: usize,
}

/// One backup client.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    pub(crate) group: ScopeGuid,
    /// What its Agent presented; two in ten never did.
    pub(crate) key: Option<KeyId>,
    /// The ordinal of the partner to whose certificate the key is captured.
    pub(crate) captured_to: Option<usize>,
}

/// Draws the tree from the root down.
pub(crate) struct Trees {
    root: ScopeGuid,
    root_path: String,
    rng: StdRng,
    ordinal: usize,
}

impl Trees {
    pub(crate) fn below(root: ScopeGuid) -> Self {
        Self {
            root,
            root_path: format!("{:08x}", 1),
            rng: StdRng::seed_from_u64(5),
            ordinal: FIRST_ORDINAL,
        }
    }

    /// One partner with everything below it. Every second one has a certificate, every tenth customer, and every
    /// hundredth Group.
    pub(crate) fn partner(&mut self, number: usize) -> (Vec<Scope>, Vec<Account>) {
        let (mut scopes, mut accounts) = (Vec::new(), Vec::new());
        let top = Scope {
            parent: self.root,
            path: self.root_path.clone(),
            certificates_above: 0,
            ..self.root()
        };
        let all = CUSTOMERS * GROUPS * ACCOUNTS;
        let name = format!("Partner {number:03}");
        let partner = self.scope(&top, name, all, number.is_multiple_of(2));
        for customer in 0..CUSTOMERS {
            let name = format!("{} {number}-{customer}", NAMES[customer % NAMES.len()]);
            let certified = customer.is_multiple_of(10);
            let customer = self.scope(&partner, name, GROUPS * ACCOUNTS, certified);
            for group in 0..GROUPS {
                let certified = self.ordinal.is_multiple_of(100);
                let mut group = self.scope(&customer, format!("Site {group}"), ACCOUNTS, certified);
                group.kind = "group";
                for account in 0..ACCOUNTS {
                    accounts.push(self.account(account, &group, &partner));
                }
                scopes.push(group);
            }
            scopes.push(customer);
        }
        scopes.push(partner);
        scopes.sort_by_key(|scope| scope.ordinal);
        (scopes, accounts)
    }

    fn root(&self) -> Scope {
        Scope {
            guid: self.root,
            kind: "collection",
            name: String::new(),
            parent: self.root,
            ordinal: 1,
            path: self.root_path.clone(),
            accounts: 0,
            certified: false,
            certificates_above: 0,
        }
    }

    fn scope(&mut self, parent: &Scope, name: String, accounts: usize, certified: bool) -> Scope {
        let ordinal = self.ordinal;
        self.ordinal += 1;
        let mut path = parent.path.clone();
        // Writing to a String cannot fail.
        let _ = write!(path, "{ordinal:08x}");
        Scope {
            guid: ScopeGuid::random(&mut self.rng),
            kind: "collection",
            name,
            parent: parent.guid,
            ordinal,
            path,
            accounts,
            certified,
            certificates_above: parent.certificates_above + usize::from(certified),
        }
    }

    fn account(&mut self, number: usize, group: &Scope, partner: &Scope) -> Account {
        let key = KeyId::random(&mut self.rng);
        Account {
            id: AccountId::random(&mut self.rng),
            name: format!("host-{:06}-{number}", group.ordinal),
            group: group.guid,
            key: (number < 8).then_some(key),
            captured_to: (number < 7 && partner.certified).then_some(partner.ordinal),
        }
    }
}

const NAMES: [&str; 8] = [
    "Riverside Clinic",
    "Montessori School",
    "Harbour Logistics",
    "Alder & Sons",
    "Northgate Dental",
    "Utrecht Surgery",
    "Blue Otter Books",
    "St. Bede",
];
