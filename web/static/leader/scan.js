// Scanning at the counter. The server decides; without network the list in the phone does. A scan that the list let
// pass stays in the phone's storage until the server has answered it. The server's side is web/leader/scan.py.

import { List, Scans, deviceName, forgetSession, randomWord } from "./scan/kept.js";
import { openCamera, openWeChat } from "./scan/lens.js";
import { busy, note, show, showWaiting } from "./scan/shown.js";

const root = document.getElementById("scan");
const SAME_FOR_MS = 8000; // a code that stays in view, or comes back at once, is one scan
const WAIT_MS = 6000; // no answer for so long counts as no network
const SEND_EVERY_MS = 5000;
const LIST_EVERY_MS = 60000;
const MOST_AT_ONCE = 50;
const RELOAD_ONCE_IN_MS = 60000;

const device = deviceName();
const scans = new Scans(root.dataset.owner);
const list = new List(root.dataset.owner);
const undo = { action: root.dataset.undo, csrf: root.dataset.csrf };

// ------------------------------------------------------------ the server

class NoNetwork extends Error {}
class Stale extends NoNetwork {} // this page, kept or long open, belongs to an earlier session: a new one is to be loaded
class Ended extends Error {}

async function ask(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, signal: AbortSignal.timeout(WAIT_MS) });
  } catch (error) {
    throw new NoNetwork(String(error));
  }
  if (answer.status >= 500) throw new NoNetwork(String(answer.status));
  if (answer.status === 400 && mayReload()) throw new Stale("400");
  if (answer.status === 401 || answer.status === 403) await forgetSession(); // the session is over, and so is its list
  if (!answer.ok) throw new Ended(String(answer.status));
  try {
    return await answer.json();
  } catch (error) {
    throw new NoNetwork(String(error)); // cut off in the middle
  }
}

// Only when everything that was scanned is in the phone's storage: a page that goes takes what it was doing with it.
function reloadIf(error) {
  if (error instanceof Stale) location.reload();
}

function mayReload() {
  const last = Number(sessionStorage.getItem("lintuan.reloaded") || 0);
  if (Date.now() - last < RELOAD_ONCE_IN_MS) return false;
  sessionStorage.setItem("lintuan.reloaded", String(Date.now()));
  return true;
}

async function send(some) {
  const told = await ask(root.dataset.deliver, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": root.dataset.csrf },
    body: JSON.stringify({ device, sent_at: Date.now(), scans: some.map(({ seq, ...scan }) => scan) }),
  });
  return told.results;
}

async function loadList() {
  try {
    const { rows, for_ms } = await ask(root.dataset.list);
    await list.replace(rows, for_ms);
    for (const scan of scans.all()) await list.markHandedOut(scan); // the server does not know of these yet
  } catch (error) {
    if (error instanceof Ended) showWaiting(scans.all(), true);
    else if (!(error instanceof NoNetwork)) throw error; // without network the list of before stands
    reloadIf(error);
  }
}

let isSending = false;

async function sendKept() {
  const waiting = scans.all().slice(0, MOST_AT_ONCE);
  if (isSending || !waiting.length) return showWaiting(scans.all(), false);
  isSending = true;
  try {
    for (const told of await send(waiting)) {
      if (told.retry) continue;
      scans.forget(told.nonce);
      note(told, told.ok ? "补传成功" : "补传时没有成功");
      if (!told.ok) show({ ...told, why: `刚才没有网络时扫的：${told.why}` });
    }
    showWaiting(scans.all(), false);
  } catch (error) {
    showWaiting(scans.all(), error instanceof Ended);
    reloadIf(error);
  } finally {
    isSending = false;
  }
}

// ------------------------------------------------------------ one scan

const seen = new Map(); // what was scanned -> when it was last in view
const nonces = new Map(); // what was scanned but not decided -> its nonce, so that a second try is the same scan

function read(text) {
  const token = /(?:^|\/p\/)([0-9a-f]{32})(?:$|[?#/])/.exec(text.trim());
  if (token) return { token: token[1] };
  const code = text.normalize("NFKC").replace(/^[A-Z0-9_]+,/, "").replace(/[\s\-–—·.]/g, ""); // WeChat: CODE_128,482913
  return /^\d{6}$/.test(code) ? { code } : null;
}

async function take(text, { isTyped = false } = {}) {
  const now = Date.now();
  const last = seen.get(text);
  seen.set(text, now);
  if (!isTyped && last && now - last < SAME_FOR_MS) return;
  const meant = read(text);
  if (!meant) return show({ ok: false, why: "这不是取货码。" });
  const key = meant.token || meant.code;
  const scan = { ...meant, nonce: nonces.get(key) || randomWord(), at: now, offline: false };
  nonces.set(key, scan.nonce);
  busy();
  try {
    const [told] = await send([scan]);
    if (told.retry) return await alone(scan);
    nonces.delete(key);
    settle(told);
    if (told.ok) await list.markHandedOut(scan);
  } catch (error) {
    if (error instanceof Ended) show({ ok: false, why: "登录已经过期，这一单没有核销。" });
    else if (error instanceof NoNetwork) await alone(scan);
    else throw error;
    showWaiting(scans.all(), error instanceof Ended);
    reloadIf(error);
  }
}

const NOT_IN_LIST = {
  none: "没有网络，名单也还没有载入。先不要给货，有网后再扫一次。",
  over: "没有网络，手机里的名单也过期了。先不要给货，有网后再扫一次。",
  good: "没有网络，手机里的名单也没有这个码。先不要给货，有网后再扫一次。",
};

async function decideAlone(scan) {
  const row = list.state === "good" ? await list.rowOf(scan) : null;
  if (!row) return { ok: false, why: NOT_IN_LIST[list.state] };
  if (!row.waits) return { ok: false, who: row.who, why: "名单上这一单已经取过货，不要再给。" };
  const { items, who } = row;
  await list.markHandedOut(scan);
  return { ok: true, offline: true, who, items, why: "" };
}

async function alone(scan) {
  const told = await decideAlone(scan);
  if (told.ok) {
    scans.keep({ ...scan, offline: true, seq: /^\d+ 号/.exec(told.who)?.[0] || "" });
    nonces.delete(scan.token || scan.code);
  }
  settle(told);
}

function settle(told) {
  show(told, undo);
  note(told, told.offline ? "已存在手机里" : "");
}

// ------------------------------------------------------------ beginning

async function keepPage() {
  if (!navigator.serviceWorker) return; // http, or a very old browser: the page works as long as it stays open
  try {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
    await navigator.serviceWorker.ready;
    root.dataset.kept = "yes";
  } catch (error) {
    console.warn(`the page is not kept for the time without network: ${error}`);
  }
}

document.getElementById("camera").addEventListener("click", () => openCamera(root, take));
document.getElementById("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  take(field.value, { isTyped: true });
  field.value = "";
});
window.addEventListener("online", sendKept);
setInterval(sendKept, SEND_EVERY_MS);
setInterval(() => scans.all().length || loadList(), LIST_EVERY_MS);
root.dataset.ready = "no";
await list.open();
const look = root.dataset.wechat ? openWeChat : openCamera;
Promise.all([loadList(), sendKept(), look(root, take), keepPage()]).then(() => {
  root.dataset.ready = "yes";
});
