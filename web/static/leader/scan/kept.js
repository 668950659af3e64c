// What the phone keeps: scans that are not delivered yet, and the list to decide by without network. The list has no
// whole names and no codes (hashes of them), and is good for as long as the session that fetched it. It lies beside the
// kept page: whoever finds the session at its end, page or service worker, removes both.

const SCANS = "lintuan.scans.";
const DEVICE = "lintuan.device";
const PAGE_CACHE = "lintuan-scan-page"; // worker.js has the same name
const LIST = "/m/scan/list";

export function randomWord() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function deviceName() {
  let name = localStorage.getItem(DEVICE);
  if (!name) {
    name = randomWord();
    localStorage.setItem(DEVICE, name);
  }
  return name;
}

function readJson(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Whatever is left of a session when it is over. Scans stay: these goods are gone, whoever signs in next.
export async function forgetSession() {
  if (window.caches) await caches.delete(PAGE_CACHE);
}

export const scansLeft = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(SCANS))
    .reduce((sum, key) => sum + readJson(key, []).length, 0);

export class Scans {
  constructor(owner) {
    this.key = SCANS + owner;
  }

  all() {
    return readJson(this.key, []);
  }

  keep(scan) {
    this.#write([...this.all().filter((one) => one.nonce !== scan.nonce), scan]);
  }

  forget(nonce) {
    this.#write(this.all().filter((one) => one.nonce !== nonce));
  }

  #write(scans) {
    localStorage.setItem(this.key, JSON.stringify(scans));
  }
}

async function hash(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// The orders a phone may decide about, by hash of token or code. What was handed out here stays marked, also in what
// the next start of the page reads.
export class List {
  constructor(owner) {
    this.owner = owner;
    this.rows = new Map();
    this.until = 0;
  }

  // What an earlier start of the page left; of somebody else who used this phone, nothing.
  async open() {
    this.cache = window.caches ? await caches.open(PAGE_CACHE) : null; // http has none: the list lives with the page
    const kept = this.cache && (await this.cache.match(LIST));
    const { owner, until, rows } = kept ? await kept.json() : {};
    if (owner === this.owner) this.#takeIn(rows, until);
    else if (kept) await this.cache.delete(LIST);
  }

  async replace(rows, forMs) {
    this.#takeIn(rows, Date.now() + forMs);
    await this.#save();
  }

  #takeIn(rows, until) {
    this.until = until;
    this.rows.clear();
    for (const row of rows) for (const key of row.keys) this.rows.set(key, row);
  }

  async #save() {
    const { owner, until } = this;
    const text = JSON.stringify({ owner, until, rows: [...new Set(this.rows.values())] });
    if (this.cache) await this.cache.put(LIST, new Response(text, { headers: { "Content-Type": "application/json" } }));
  }

  get state() {
    if (!this.rows.size) return "none";
    return this.until > Date.now() ? "good" : "over";
  }

  async rowOf(scan) {
    return this.rows.get(await hash(scan.token || scan.code));
  }

  async markHandedOut(scan) {
    const row = await this.rowOf(scan);
    if (!row || !row.waits) return;
    row.waits = false;
    row.items = [];
    await this.#save();
  }
}
