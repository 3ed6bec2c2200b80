//! Names that were chosen to do harm are text in the real window, and nothing else.

use anyhow::ensure;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::window::Theme;

use crate::desk::{Desk, journey};

const NAUGHTY: &str = include_str!("../vectors/third-party/blns/blns.json");

/// Where no script of a page may come from.
const OWN: &[&str] = &[
    "<img src=x onerror=window.pwned=1>",
    "<svg/onload=window.pwned=1>",
    "{@html '<script>window.pwned=1</script>'}",
    "javascript:window.pwned=1",
    "invoice\u{202e}gpj.exe",
    "Radio\u{200b}logy",
];

#[test]
fn names_do_nothing_but_stand_there() -> anyhow::Result<()> {
    journey("hostile", Theme::Dark, |desk| {
        let admin = desk.sign_in()?;
        let made = furnish(&admin)?;
        let window = &desk.session;
        window.run("window.alert = () => (window.pwned = 1)", &[])?;
        window.role("button", "Refresh")?.click()?;
        for (typed, name) in [
            ("gpj", "invoice‹U+202E›gpj.exe"),
            ("logy", "Radio‹U+200B›logy"),
        ] {
            window.test_id("search")?.fill(typed)?;
            window.shows(name)?;
        }
        window.press("Escape")?;
        window.shows("Northwind Backups")?;
        let shown = look_through(desk)?;
        ensure!(shown >= made, "{shown} of {made} names were shown");
        window.test_id("search")?.fill("onerror=window")?;
        window.open_node("<img src=x onerror=window.pwned=1>")?;
        window.role("heading", "<img src=x onerror=window.pwned=1>")?;
        let pwned = window.run("return [window.pwned ?? null, document.images.length]", &[])?;
        ensure!(
            pwned == serde_json::json!([null, 0]),
            "a name did something: {pwned}"
        );
        let control = "document.querySelector('main').append(Object.assign(new Image(), {})); \
                       return document.images.length";
        ensure!(
            window.run(control, &[])? == 1,
            "an image would not have been seen"
        );
        Ok(())
    })
}

/// Groups with all names that the platform takes, in one Collection each for a part of them.
fn furnish(admin: &Admin) -> anyhow::Result<usize> {
    let root = admin.root()?;
    let names: Vec<String> = serde_json::from_str(NAUGHTY)?;
    let own = OWN.iter().map(|name| (*name).to_owned());
    let takes = |name: &String| {
        (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    };
    let mut made = 0;
    for name in own.chain(names).filter(takes) {
        admin.create_scope(ScopeKind::Group, &name, root.guid)?;
        made += 1;
    }
    Ok(made)
}

/// Scrolls through the tree; how many rows it shows, none of them wider or higher than its place.
fn look_through(desk: &Desk) -> anyhow::Result<usize> {
    let script = "
        const done = arguments[0]
        const tree = document.querySelector('[role=tree]')
        const seen = new Set()
        const frame = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
        const look = async () => {
          for (let top = 0; top < tree.scrollHeight; top += 200) {
            tree.scrollTop = top
            await frame()
            for (const row of tree.querySelectorAll('[role=treeitem]')) {
              if (row.offsetHeight !== 30 || row.scrollWidth > row.clientWidth) return done('a row is ' + row.outerHTML)
              seen.add(row.id)
            }
          }
          if (document.documentElement.scrollWidth > innerWidth) return done('the window is too narrow')
          done(seen.size)
        }
        look()";
    let answer = desk.session.run_until_done(script)?;
    let shown = answer.as_u64().and_then(|it| usize::try_from(it).ok());
    // The root is a row too.
    shown
        .map(|rows| rows - 1)
        .ok_or_else(|| anyhow::anyhow!("{answer}"))
}
