// Keeps the scanning page so that it opens without network. The server puts `KEEP` before this: version, page, files.
// Only that page is under its control. The page itself holds nobody's data; what the phone knows of orders is in the
// page's own storage (kept.js), and both go when somebody signs out.

const FILES = `lintuan-scan-files-${KEEP.version}`;
const PAGE = "lintuan-scan-page";
const WAIT_MS = 4000; // a network that does not answer for so long is none

self.addEventListener("install", (event) => {
  const load = async () => (await caches.open(FILES)).addAll(KEEP.files);
  event.waitUntil(load().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("lintuan-scan-files-") && name !== FILES);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

// The newest page while there is network; without, the one of before. Where the session has ended there is none.
async function page(request) {
  const kept = await caches.open(PAGE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.ok && !answer.redirected) await kept.put(KEEP.page, answer.clone());
    else if (answer.status === 401 || answer.status === 403) await caches.delete(PAGE);
    if (answer.status < 500) return answer;
    return (await kept.match(KEEP.page)) || answer;
  } catch (error) {
    const before = await kept.match(KEEP.page);
    if (before) return before;
    throw error;
  }
}

async function file(request) {
  return (await (await caches.open(FILES)).match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === KEEP.page) event.respondWith(page(request));
  else if (KEEP.files.includes(url.pathname + url.search)) event.respondWith(file(request));
});
