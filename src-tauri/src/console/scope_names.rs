//! The tree as the platform listed it last: names, kinds and paths of scopes.

use std::collections::HashMap;
use std::sync::Arc;

use keyfold_api::scopes::Scope;
use keyfold_core::id::ScopeGuid;

/// The scopes that the user may see, by GUID. A copy costs nothing.
#[derive(Debug, Clone, Default)]
pub struct ScopeNames(Arc<HashMap<ScopeGuid, Scope>>);

impl ScopeNames {
    /// The scopes of one listing.
    #[must_use]
    pub fn new(scopes: &[Scope]) -> Self {
        let by_guid = scopes.iter().map(|scope| (scope.guid, scope.clone()));
        Self(Arc::new(by_guid.collect()))
    }

    /// The scope, if the user may see it.
    #[must_use]
    pub fn scope(&self, guid: ScopeGuid) -> Option<&Scope> {
        self.0.get(&guid)
    }

    /// Its name; its GUID when the user may not see it.
    #[must_use]
    pub fn name(&self, guid: ScopeGuid) -> String {
        self.scope(guid)
            .map_or_else(|| guid.to_string(), |scope| scope.name.clone())
    }

    /// The Collections above it, nearest first.
    #[must_use]
    pub fn above(&self, guid: ScopeGuid) -> Vec<&Scope> {
        let parent = |scope: &Scope| scope.parent.and_then(|parent| self.scope(parent));
        // A hostile platform could list a circle.
        std::iter::successors(self.scope(guid).and_then(parent), |scope| parent(scope))
            .take(self.0.len())
            .collect()
    }

    /// Puts a listing into the order in which people read a tree: level after level, by name in each.
    pub fn sort(&self, scopes: &mut [Scope]) {
        scopes.sort_by_cached_key(|scope| {
            let level = self.above(scope.guid).len();
            (level, scope.name.clone(), scope.guid)
        });
    }

    /// Names from the root down to its parent.
    #[must_use]
    pub fn path(&self, guid: ScopeGuid) -> Vec<String> {
        self.above(guid)
            .into_iter()
            .rev()
            .map(|scope| scope.name.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use keyfold_api::scopes::ScopeState;
    use keyfold_core::id::ScopeKind;

    use super::*;

    fn guid(digit: char) -> ScopeGuid {
        "00000000-0000-4000-8000-00000000000x"
            .replace('x', &digit.to_string())
            .parse()
            .unwrap()
    }

    fn scope(digit: char, name: &str, parent: Option<char>) -> Scope {
        Scope {
            guid: guid(digit),
            kind: ScopeKind::Collection,
            name: name.to_owned(),
            parent: parent.map(guid),
            accounts: 0,
            has_children: false,
            state: ScopeState::None,
            expires_at: None,
        }
    }

    #[test]
    fn the_path_leads_from_the_root_to_the_parent() {
        let tree = [
            scope('1', "root", None),
            scope('2', "mid", Some('1')),
            scope('3', "leaf", Some('2')),
        ];
        let names = ScopeNames::new(&tree);
        assert_eq!(names.path(guid('3')), ["root", "mid"]);
        assert_eq!(names.path(guid('1')), [""; 0]);
        assert_eq!(names.name(guid('4')), guid('4').to_string());
    }

    #[test]
    fn a_tree_is_read_level_after_level_by_name() {
        let mut tree = [
            scope('1', "root", None),
            scope('2', "b", Some('1')),
            scope('3', "leaf", Some('2')),
            scope('4', "a", Some('1')),
        ];
        ScopeNames::new(&tree.clone()).sort(&mut tree);
        assert_eq!(tree.map(|scope| scope.name), ["root", "a", "b", "leaf"]);
    }

    #[test]
    fn a_circle_ends() {
        let names = ScopeNames::new(&[scope('1', "a", Some('2')), scope('2', "b", Some('1'))]);
        assert_eq!(names.above(guid('1')).len(), 2);
    }
}
