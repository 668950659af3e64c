// Scanning at the counter. The server decides; without network the list loaded with the page does. A scan that the list
// let pass stays in the phone's storage until the server has answered it. The server's side is web/leader/scan.py.

const root = document.getElementById("scan");
const at = (id) => document.getElementById(id);
const KEPT = `lintuan.scans.${root.dataset.owner}`;
const SAME_FOR_MS = 8000; // a code that stays in view, or comes back at once, is one scan
const WAIT_MS = 6000; // no answer for so long counts as no network
const SEND_EVERY_MS = 5000;
const LIST_EVERY_MS = 60000;
const MOST_AT_ONCE = 50;

// ------------------------------------------------------------ what the phone keeps

function randomWord() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return crypto.randomUUID ? crypto.randomUUID().replaceAll("-", "") : [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function readKept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) || "[]");
  } catch {
    return [];
  }
}

function writeKept(scans) {
  localStorage.setItem(KEPT, JSON.stringify(scans));
}

const keep = (scan) => writeKept([...readKept().filter((one) => one.nonce !== scan.nonce), scan]);
const forget = (nonce) => writeKept(readKept().filter((one) => one.nonce !== nonce));

function deviceName() {
  let name = localStorage.getItem("lintuan.device");
  if (!name) {
    name = randomWord();
    localStorage.setItem("lintuan.device", name);
  }
  return name;
}

const device = deviceName();

// ------------------------------------------------------------ the list for the time without network

const list = new Map(); // hash of token or code -> order
const handedOut = new Set(); // keys of orders that this page handed out since the list was loaded

async function loadList() {
  const answer = await fetch(root.dataset.list, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(WAIT_MS) });
  if (!answer.ok) throw new Error(`list: ${answer.status}`);
  const rows = await answer.json();
  list.clear();
  for (const row of rows) for (const key of row.keys) list.set(key, row);
  handedOut.clear();
  for (const scan of readKept()) await markHandedOut(scan); // the server does not know of these yet
}

async function rowOf(scan) {
  return list.get(await hash(scan.token || scan.code));
}

async function markHandedOut(scan) {
  const row = await rowOf(scan);
  if (row) handedOut.add(row.keys[0]);
}

async function hash(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

async function decideAlone(scan) {
  const row = await rowOf(scan);
  if (!row) return { ok: false, why: list.size ? "没有网络，手机里的名单也没有这个码。先不要给货，有网后再扫一次。" : "没有网络，名单也还没有载入。先不要给货，有网后再扫一次。" };
  if (!row.waits || handedOut.has(row.keys[0])) return { ok: false, who: row.who, why: "名单上这一单已经取过货，不要再给。" };
  handedOut.add(row.keys[0]);
  return { ok: true, offline: true, who: row.who, items: row.items, why: "" };
}

// ------------------------------------------------------------ sending

class NoNetwork extends Error {}
class Ended extends Error {}

async function send(scans) {
  let answer;
  try {
    answer = await fetch(root.dataset.deliver, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": root.dataset.csrf },
      body: JSON.stringify({ device, sent_at: Date.now(), scans }),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch (error) {
    throw new NoNetwork(String(error));
  }
  if (answer.status >= 500) throw new NoNetwork(String(answer.status));
  if (!answer.ok) throw new Ended(String(answer.status));
  try {
    return (await answer.json()).results;
  } catch (error) {
    throw new NoNetwork(String(error)); // cut off in the middle
  }
}

let isSending = false;

async function sendKept() {
  const scans = readKept().slice(0, MOST_AT_ONCE);
  if (isSending || !scans.length) return showNetwork();
  isSending = true;
  try {
    for (const told of await send(scans)) {
      if (told.retry) continue;
      forget(told.nonce);
      note(told, told.ok ? "补传成功" : "补传时没有成功");
      if (!told.ok) show({ ...told, why: `刚才没有网络时扫的：${told.why}` });
    }
    showNetwork();
  } catch (error) {
    showNetwork(error);
  } finally {
    isSending = false;
  }
}

function showNetwork(error) {
  const count = readKept().length;
  const box = at("network");
  box.hidden = !count && !(error instanceof Ended);
  if (error instanceof Ended) box.textContent = `登录已经过期，请在公众号里重新发「后台」。${count ? `手机里存着 ${count} 个没上传的，重新进来后会自动上传。` : ""}`;
  else box.textContent = `有 ${count} 个扫码还没上传，有网后自动上传。`;
}

// ------------------------------------------------------------ one scan

const seen = new Map(); // what was scanned -> when it was last in view
const nonces = new Map(); // what was scanned but not decided -> its nonce, so that a second try is the same scan

function read(text) {
  const token = /(?:^|\/p\/)([0-9a-f]{32})(?:$|[?#/])/.exec(text.trim());
  if (token) return { token: token[1] };
  const code = text.normalize("NFKC").replace(/[\s\-–—·.]/g, "");
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
  at("result").className = "scan-result busy";
  at("result").textContent = "正在核对…";
  try {
    const [told] = await send([scan]);
    if (told.retry) await alone(scan);
    else {
      nonces.delete(key);
      settle(told);
      if (told.ok) await markHandedOut(scan);
    }
  } catch (error) {
    if (error instanceof Ended) show({ ok: false, why: "登录已经过期，这一单没有核销。" });
    else if (error instanceof NoNetwork) await alone(scan);
    else throw error;
    showNetwork(error);
  }
}

async function alone(scan) {
  const told = await decideAlone(scan);
  if (told.ok) {
    keep({ ...scan, offline: true });
    nonces.delete(scan.token || scan.code);
  }
  settle(told);
}

function settle(told) {
  show(told);
  note(told, told.offline ? "已存在手机里" : "");
}

// ------------------------------------------------------------ what people see

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function show(told) {
  const box = at("result");
  box.className = `scan-result ${told.ok ? "good" : "bad"}`;
  const title = told.ok ? (told.offline ? "可以给货（没有网络，先记下）" : told.again ? "这一单刚才已核销" : "已核销") : "不能核销";
  const parts = [element("strong", title, "big")];
  if (told.who) parts.push(element("p", told.who, "who"));
  if (told.why) parts.push(element("p", told.why));
  for (const item of told.items || []) parts.push(element("p", item, "item"));
  for (const extra of told.owed || []) parts.push(element("p", `另外欠补货：${extra}`));
  if (told.note) parts.push(element("p", `备注：${told.note}`));
  if (told.collect) parts.push(element("p", told.collect, "collect"));
  if (told.ok && told.code) parts.push(undoForm(told.code));
  box.replaceChildren(...parts);
  if (navigator.vibrate) navigator.vibrate(told.ok ? 60 : [90, 60, 90]);
}

function undoForm(code) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = root.dataset.undo;
  for (const [name, value] of [["csrf_token", root.dataset.csrf], ["code", code]]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  form.append(element("button", "核错了，撤销", "btn"));
  return form;
}

function note(told, extra) {
  const row = document.createElement("li");
  const text = element("span", told.who || "没有这个码", "grow");
  if (told.ok ? extra : told.why) text.append(element("span", told.ok ? extra : `${extra ? `${extra}：` : ""}${told.why}`, "sub"));
  row.append(text, element("span", told.ok ? "已核销" : "没核销", `pill ${told.ok ? "good" : "bad"}`));
  at("log").prepend(row);
  while (at("log").children.length > 20) at("log").lastElementChild.remove();
  at("log-card").hidden = false;
}

// ------------------------------------------------------------ camera

const WHY_NOT = {
  NotAllowedError: "没有得到使用摄像头的许可。可以在下面输入取货码，或者用微信「扫一扫」扫居民的二维码。",
  insecure: "这个地址不能用摄像头。可以在下面输入取货码，或者用微信「扫一扫」扫居民的二维码。",
};
const NO_CAMERA = "没有找到能用的摄像头。可以在下面输入取货码，或者用微信「扫一扫」扫居民的二维码。";
let scanner = null;

async function openCamera() {
  const said = at("camera-said");
  said.hidden = false;
  said.textContent = "正在打开摄像头…";
  at("camera").hidden = true;
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "insecure");
    (await navigator.mediaDevices.getUserMedia({ video: true })).getTracks().forEach((track) => track.stop());
    const { default: QrScanner } = await import(root.dataset.scanner);
    scanner ||= new QrScanner(at("lens"), (found) => take(found.data), {
      returnDetailedScanResult: true,
      preferredCamera: "environment",
      maxScansPerSecond: 8,
      onDecodeError: () => {}, // nothing in view
    });
    await scanner.start();
    await at("lens").play(); // WeChat on iOS shows a black picture without it
    said.hidden = true;
  } catch (error) {
    said.textContent = WHY_NOT[error && error.name] || NO_CAMERA;
    at("camera").hidden = false;
  }
}

at("camera").addEventListener("click", openCamera);
at("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  take(field.value, { isTyped: true });
  field.value = "";
});
window.addEventListener("online", sendKept);
setInterval(sendKept, SEND_EVERY_MS);
const refresh = () => loadList().catch(() => {}); // without network the list of before stands
setInterval(() => readKept().length || refresh(), LIST_EVERY_MS);
root.dataset.ready = "no";
Promise.all([refresh(), sendKept(), openCamera()]).then(() => {
  root.dataset.ready = "yes";
});
