//! The tree of Collections, Groups and Accounts.

use anyhow::bail;

use super::session::Session;
use super::wait::wait_until;

/// More rows than any tree of a test has.
const MOST_ROWS: usize = 200;

/// The row that the keyboard is on: its id, and whether it is folded.
const ACTIVE_ROW: &str = "
    const tree = document.querySelector('[role=tree]')
    const row = document.getElementById(tree.getAttribute('aria-activedescendant'))
    return [row?.id ?? '', row?.getAttribute('aria-expanded') === 'false']";

impl Session {
    /// Opens the page of a node.
    ///
    /// # Errors
    /// If no node's name begins so, or its page does not come within 30 seconds.
    pub fn open_node(&self, name: &str) -> anyhow::Result<()> {
        self.role_beginning("treeitem", name)?.click()?;
        self.role("heading", name).map(drop)
    }

    /// Opens the context menu of a node with the mouse, and goes through its items.
    ///
    /// # Errors
    /// If there is no such node or item.
    pub fn choose(&self, node: &str, items: &[&str]) -> anyhow::Result<()> {
        self.role_beginning("treeitem", node)?.right_click()?;
        for item in items {
            self.role("menuitem", item)?.click()?;
        }
        wait_until("the menu to close", || {
            Ok(self.run("return document.querySelector('[role=menu]') === null", &[])? == true)
        })
    }

    /// Unfolds every node until one shows whose name begins with `name`: it may still be on its way from the platform.
    ///
    /// # Errors
    /// If it does not show within 30 seconds, or the tree has no end.
    pub fn unfold_tree_to(&self, name: &str) -> anyhow::Result<()> {
        self.css("[role=tree]")?;
        wait_until(name, || {
            self.unfold_tree()?;
            let names = self.run(
                "return document.querySelector('[role=tree]').innerText",
                &[],
            )?;
            Ok(names.as_str().is_some_and(|names| names.contains(name)))
        })
    }

    /// Unfolds every node that is there, row by row.
    fn unfold_tree(&self) -> anyhow::Result<()> {
        self.run("document.querySelector('[role=tree]').focus()", &[])?;
        self.press("Home")?;
        let mut before = String::new();
        for _row in 0..MOST_ROWS {
            let row = self.run(ACTIVE_ROW, &[])?;
            let id = row[0].as_str().unwrap_or_default();
            if id == before {
                return Ok(());
            }
            id.clone_into(&mut before);
            if row[1] == true {
                self.press("ArrowRight")?;
            }
            self.press("ArrowDown")?;
        }
        bail!("the tree has no end");
    }
}
