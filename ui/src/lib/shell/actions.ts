import ArrowUpFromLine from "@lucide/svelte/icons/arrow-up-from-line";
import Bell from "@lucide/svelte/icons/bell";
import BellOff from "@lucide/svelte/icons/bell-off";
import Clock from "@lucide/svelte/icons/clock";
import FileKey from "@lucide/svelte/icons/file-key";
import FolderInput from "@lucide/svelte/icons/folder-input";
import FolderKey from "@lucide/svelte/icons/folder-key";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import FolderPlus from "@lucide/svelte/icons/folder-plus";
import KeyRound from "@lucide/svelte/icons/key-round";
import Laptop from "@lucide/svelte/icons/laptop";
import Lock from "@lucide/svelte/icons/lock";
import LogOut from "@lucide/svelte/icons/log-out";
import MonitorUp from "@lucide/svelte/icons/monitor-up";
import MoveRight from "@lucide/svelte/icons/move-right";
import Pencil from "@lucide/svelte/icons/pencil";
import Play from "@lucide/svelte/icons/play";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Search from "@lucide/svelte/icons/search";
import Share2 from "@lucide/svelte/icons/share-2";
import ShieldCheck from "@lucide/svelte/icons/shield-check";
import Trash2 from "@lucide/svelte/icons/trash-2";
import Users from "@lucide/svelte/icons/users";
import type { Component } from "svelte";

import type { ScopeView } from "../bindings";
import { words } from "../messages/en";
import type { Console } from "../state/console.svelte";
import type { Chord } from "./chords";

/** Something that the admin can do. */
export interface Action {
  /** Also what tests call it. */
  readonly id: string;
  readonly label: string;
  readonly icon: Component<{ size?: number }>;
  readonly section: "certificate" | "report" | "create" | "edit" | "window";
  readonly danger?: boolean;
  /** The keys that do it from anywhere in the window. */
  readonly chord?: Chord;
  readonly run: () => void;
}

const menu = words.menu;

/** What can be done with a Collection, a Group or an Account. */
export function nodeActions(console: Console, node: string): Action[] {
  const scope = console.organisation.scope(node);
  const account = console.organisation.account(node);
  if (scope) return [...scopeActions(console, scope), ...editing(console, scope.guid, { scope: scope.guid })];
  if (!account || !console.administers) return [];
  const { dialogs } = console;
  const { id, group } = account;
  return [
    {
      id: "menu-recover",
      label: menu.recover,
      icon: KeyRound,
      section: "certificate",
      run: () => dialogs.show({ dialog: "recover", scope: group, account: id }),
    },
    {
      id: "menu-enrol",
      label: menu.enrol,
      icon: Laptop,
      section: "certificate",
      run: () => dialogs.show({ dialog: "enrol", account: id }),
    },
    ...editing(console, undefined, { account: id }),
  ];
}

function scopeActions(console: Console, { guid, kind }: ScopeView): Action[] {
  const { dialogs, place } = console;
  const report: Action = {
    id: "menu-run-report",
    label: menu.runReport,
    icon: Play,
    section: "report",
    run: () => place.go({ page: "report", scope: guid }),
  };
  if (!console.administers) return [report];
  const certificate = (
    id: "request" | "upload" | "recover" | "share",
    icon: Action["icon"],
    more?: Partial<Action>,
  ): Action => ({
    id: `menu-${id}`,
    label: menu[id],
    icon,
    section: "certificate",
    run: () => dialogs.show({ dialog: id, scope: guid }),
    ...more,
  });
  const create = (
    id: string,
    label: string,
    made: "collection" | "group" | "account",
    icon: Action["icon"],
  ) => ({
    id,
    label,
    icon,
    section: "create" as const,
    run: () => dialogs.show({ dialog: "create", kind: made, parent: guid }),
  });
  return [
    certificate("request", FileKey),
    certificate("upload", ArrowUpFromLine),
    certificate("recover", KeyRound),
    certificate("share", Share2),
    report,
    {
      id: "menu-alert-rules",
      label: menu.alertRules,
      icon: Bell,
      section: "edit",
      run: () => dialogs.show({ dialog: "alertRules", scope: guid }),
    },
    ...(kind === "collection"
      ? [
          create("menu-new-collection", menu.newCollection, "collection", FolderPlus),
          create("menu-new-group", menu.newGroup, "group", Users),
        ]
      : [create("menu-new-account", menu.newAccount, "account", MonitorUp)]),
  ];
}

function editing(
  console: Console,
  guid: string | undefined,
  node: { readonly scope: string } | { readonly account: string },
): Action[] {
  if (!console.administers) return [];
  const { dialogs, organisation } = console;
  const isRoot = guid !== undefined && organisation.path(guid).length === 0;
  const rename: Action = {
    id: "menu-rename",
    label: menu.rename,
    icon: Pencil,
    section: "edit",
    chord: "F2",
    run: () => dialogs.show({ dialog: "rename", node }),
  };
  if (isRoot) return [rename];
  return [
    rename,
    {
      id: "menu-move",
      label: menu.move,
      icon: MoveRight,
      section: "edit",
      chord: "Mod+M",
      run: () => dialogs.show({ dialog: "move", node }),
    },
    {
      id: "menu-delete",
      label: menu.remove,
      icon: Trash2,
      section: "edit",
      danger: true,
      chord: "Mod+Delete",
      run: () => dialogs.show({ dialog: "delete", node }),
    },
  ];
}

/** What can be done whatever is selected. */
export function windowActions(console: Console): Action[] {
  const { dialogs, place, folders, settings, actions } = { ...console, actions: words.actions };
  const action = (
    id: string,
    label: string,
    icon: Action["icon"],
    run: () => void,
    chord?: Chord,
  ): Action => ({
    id: `do-${id}`,
    label,
    icon,
    section: "window",
    run,
    ...(chord ? { chord } : {}),
  });
  return [
    action("search", actions.search, Search, () => console.searching(), "Mod+F"),
    action("refresh", words.refresh, RefreshCw, () => void console.refresh(), "F5"),
    action("folders", words.folders.title, FolderKey, () => place.go({ page: "folders" }), "Mod+1"),
    action("requests", words.requests.title, Clock, () => place.go({ page: "requests" }), "Mod+2"),
    ...(console.seesReports
      ? [action("alerts", words.alerts.title, Bell, () => place.go({ page: "alerts" }), "Mod+3")]
      : []),
    action("import", actions.importFolders, FolderInput, () => {
      place.go({ page: "folders" });
      void folders.import();
    }),
    action("open-directory", actions.openDirectory, FolderOpen, () => void folders.open(null)),
    action("second-factor", words.secondFactor.menu, ShieldCheck, () =>
      dialogs.show({ dialog: "secondFactor", demanded: false }),
    ),
    action(
      "notifications",
      settings.notifications ? words.notifications.off : words.notifications.on,
      settings.notifications ? BellOff : Bell,
      () => void settings.switchNotifications(),
    ),
    action("lock", words.lock.now, Lock, () => void console.lock(), "Mod+L"),
    action("sign-out", words.signOut, LogOut, () => void console.leave()),
  ];
}
