//! The tree: what is listed and counted, against a model that is counted anew each time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyfold_core::id::{AccountId, ScopeGuid, ScopeKind};
use keyfold_server::store::{
    Conflict, InTree, Part, ScopeChange, ScopeRow, Slice, Store, StoreError,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::{act, certificate, conflict, founded, scope};

over_every_store!(
    a_deep_tree_is_listed_parents_first,
    parallel_moves_never_make_a_cycle,
    what_is_counted_stays_true,
);

/// A whole list, in parts of `limit`.
async fn all<T, P: Default>(
    limit: u16,
    list: impl AsyncFn(Slice<P>) -> Result<Part<T, P>, StoreError>,
) -> Vec<T> {
    let (mut rows, mut after) = (Vec::new(), P::default());
    loop {
        let part = list(Slice { after, limit }).await.unwrap();
        assert!(part.rows.len() <= usize::from(limit));
        rows.extend(part.rows);
        match part.next {
            Some(next) => after = next,
            None => return rows,
        }
    }
}

async fn subtree(store: &impl Store, top: ScopeGuid, limit: u16) -> Vec<ScopeRow> {
    let rows = all(limit, async |slice| store.subtree(top, slice).await).await;
    rows.into_iter().map(|row| row.scope).collect()
}

fn into(parent: &ScopeRow) -> ScopeChange<'_> {
    ScopeChange {
        name: None,
        parent: Some(parent.guid),
    }
}

async fn a_deep_tree_is_listed_parents_first(store: impl Store) {
    let mut way = vec![founded(&store).await];
    for seed in 10..73 {
        let next = scope(seed, ScopeKind::Collection, way.last());
        store.insert_scope(&next, &act()).await.unwrap();
        way.push(next);
    }
    assert_eq!(subtree(&store, way[0].guid, 7).await, way);
    assert_eq!(store.lineage(way[63].guid).await.unwrap(), way);
    assert_eq!(subtree(&store, way[62].guid, 100).await.len(), 2);

    let deeper = scope(100, ScopeKind::Group, way.last());
    assert_eq!(
        conflict(store.insert_scope(&deeper, &act()).await),
        Conflict::TooDeep
    );
    let (aside, below) = (
        scope(101, ScopeKind::Collection, way.first()),
        scope(102, ScopeKind::Group, None),
    );
    store.insert_scope(&aside, &act()).await.unwrap();
    let below = ScopeRow {
        parent: Some(aside.guid),
        ..below
    };
    store.insert_scope(&below, &act()).await.unwrap();
    assert_eq!(
        conflict(store.change_scope(aside.guid, into(&way[62]), &act()).await),
        Conflict::TooDeep
    );
    store
        .change_scope(aside.guid, into(&way[61]), &act())
        .await
        .unwrap();
}

async fn parallel_moves_never_make_a_cycle(store: impl Store) {
    let root = founded(&store).await;
    let a = scope(2, ScopeKind::Collection, Some(&root));
    let b = scope(3, ScopeKind::Collection, Some(&root));
    store.insert_scope(&a, &act()).await.unwrap();
    store.insert_scope(&b, &act()).await.unwrap();
    let act = act();
    for _ in 0..20 {
        let both = tokio::join!(
            store.change_scope(a.guid, into(&b), &act),
            store.change_scope(b.guid, into(&a), &act),
        );
        assert!(
            both.0.is_ok() != both.1.is_ok(),
            "one of them comes first, and the other is refused"
        );
        assert_eq!(subtree(&store, root.guid, 2).await.len(), 3);
        for moved in [&a, &b] {
            store
                .change_scope(moved.guid, into(&root), &act)
                .await
                .unwrap();
        }
    }
}

/// The tree as it should be.
struct Model {
    scopes: Vec<ScopeRow>,
    accounts: BTreeMap<AccountId, ScopeGuid>,
    certified: BTreeSet<ScopeGuid>,
}

impl Model {
    /// From the scope up to the root.
    fn way(&self, scope: ScopeGuid) -> Vec<ScopeGuid> {
        let parents: HashMap<_, _> = self
            .scopes
            .iter()
            .map(|scope| (scope.guid, scope.parent))
            .collect();
        std::iter::successors(Some(scope), |scope| parents[scope]).collect()
    }

    fn below(&self, top: ScopeGuid) -> BTreeSet<ScopeGuid> {
        let guids = self.scopes.iter().map(|scope| scope.guid);
        guids
            .filter(|scope| self.way(*scope).contains(&top))
            .collect()
    }

    /// Scopes that the report names when more certificates than `beyond` lie on their way.
    fn with_certificates(&self, top: ScopeGuid, beyond: u32) -> BTreeSet<ScopeGuid> {
        let named = |scope: &&ScopeRow| {
            let way = self.way(scope.guid);
            let certificates = way.iter().filter(|above| self.certified.contains(above));
            way.contains(&top)
                && certificates.count() > beyond as usize
                && (scope.kind == ScopeKind::Group || self.certified.contains(&scope.guid))
        };
        let scopes = self.scopes.iter().filter(named);
        scopes.map(|scope| scope.guid).collect()
    }
}

async fn what_is_counted_stays_true(store: impl Store) {
    let mut rng = StdRng::seed_from_u64(11);
    let root = founded(&store).await;
    let mut model = Model {
        scopes: vec![root],
        accounts: BTreeMap::new(),
        certified: BTreeSet::new(),
    };
    let (mut done, mut refused) = (0, 0);
    for step in 0..400_u64 {
        match change(&store, &mut model, &mut rng, 1000 + step).await {
            Ok(()) => done += 1,
            Err(StoreError::Conflict(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        if step % 40 == 39 {
            compare(&store, &model, &mut rng).await;
        }
    }
    assert!(done > 200 && refused > 20, "{done} done, {refused} refused");
    assert!(model.scopes.len() > 40 && model.accounts.len() > 20 && model.certified.len() > 5);
}

/// One random change, in the store and, unless it is refused, in the model.
async fn change(
    store: &impl Store,
    model: &mut Model,
    rng: &mut StdRng,
    seed: u64,
) -> Result<(), StoreError> {
    let any = model.scopes.choose(rng).unwrap().clone();
    let other = model.scopes.choose(rng).unwrap().clone();
    let accounts: Vec<AccountId> = model.accounts.keys().copied().collect();
    match rng.random_range(0..10) {
        0..=2 => {
            let kind = *[ScopeKind::Collection, ScopeKind::Group]
                .choose(rng)
                .unwrap();
            let new = scope(seed, kind, Some(&any));
            store.insert_scope(&new, &act()).await?;
            model.scopes.push(new);
        }
        3 | 4 => {
            store.change_scope(any.guid, into(&other), &act()).await?;
            let moved = model.scopes.iter_mut().find(|row| row.guid == any.guid);
            moved.unwrap().parent = Some(other.guid);
        }
        5 => {
            store.delete_scope(any.guid, &act()).await?;
            model.scopes.retain(|row| row.guid != any.guid);
            model.certified.remove(&any.guid);
        }
        6 | 7 => {
            let account = AccountId::random(rng);
            // Few names, so that some are equal.
            let name = format!("machine {}", seed % 7);
            store
                .insert_account(account, &name, any.guid, &act())
                .await?;
            model.accounts.insert(account, any.guid);
        }
        8 => {
            let Some(account) = accounts.choose(rng) else {
                return Ok(());
            };
            if rng.random_bool(0.7) {
                store.change_account(*account, into(&any), &act()).await?;
                model.accounts.insert(*account, any.guid);
            } else {
                store.delete_account(*account, &act()).await?;
                model.accounts.remove(account);
            }
        }
        _ => {
            if model.certified.insert(any.guid) {
                let number = u8::try_from(model.certified.len()).unwrap();
                let mut first = certificate(&any, number);
                first.fingerprint = keyfold_core::fingerprint::Fingerprint::of(&seed.to_be_bytes());
                store.activate(&first, None, &act()).await?;
            }
        }
    }
    Ok(())
}

async fn compare(store: &impl Store, model: &Model, rng: &mut StdRng) {
    let limit = rng.random_range(1..10);
    for top in &model.scopes {
        let below = model.below(top.guid);
        let row = store.scope(top.guid).await.unwrap().unwrap();
        let accounts: BTreeSet<AccountId> = model
            .accounts
            .iter()
            .filter(|(_, group)| below.contains(group))
            .map(|(account, _)| *account)
            .collect();
        assert_eq!(row.accounts as usize, accounts.len());
        assert_eq!(
            row.certificate.is_some(),
            model.certified.contains(&top.guid)
        );

        let listed = subtree(store, top.guid, limit).await;
        let (first, rest) = listed.split_first().unwrap();
        assert_eq!(first, top);
        let mut above = BTreeSet::from([top.guid]);
        for scope in rest {
            assert!(above.contains(&scope.parent.unwrap()), "parents first");
            assert!(above.insert(scope.guid), "nothing twice");
        }
        assert_eq!(above, below);

        let children = all(limit, async |slice| store.children(top.guid, slice).await).await;
        assert!(children.is_sorted_by_key(|row| (row.scope.name.clone(), row.scope.guid)));
        let children: Vec<_> = children.into_iter().map(|row| row.scope).collect();
        let expected = model
            .scopes
            .iter()
            .filter(|row| row.parent == Some(top.guid));
        assert_eq!(children.len(), expected.count());
        assert_eq!(row.has_children, !children.is_empty());

        let listed = all(limit, async |slice| {
            store.accounts_of(top.guid, slice).await
        })
        .await;
        assert_eq!(listed.len(), accounts.len());
        let listed: BTreeSet<AccountId> = listed.iter().map(|account| account.id).collect();
        assert_eq!(listed, accounts);

        for beyond in 0..3 {
            let named = store
                .with_certificates(top.guid, beyond, &InTree::default(), 1000)
                .await
                .unwrap();
            let named: BTreeSet<ScopeGuid> = named.into_iter().map(|(row, _)| row.guid).collect();
            assert_eq!(named, model.with_certificates(top.guid, beyond));
        }
    }
}
