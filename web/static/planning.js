// The search for routes as it goes on: its part of the page is fetched anew every second and a half, until it is over.

const EVERY_MS = 1500;
const WAIT_MS = 10000;
const part = document.querySelector("[data-progress]");

async function refresh() {
  try {
    const answer = await fetch(part.dataset.progress, { signal: AbortSignal.timeout(WAIT_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.headers.get("X-Searching") === "no") return location.reload();
    part.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  } catch {
    // The line or the server is away: what stands there is from a moment ago, the next try comes by itself.
  }
  setTimeout(refresh, EVERY_MS);
}

if (part) setTimeout(refresh, EVERY_MS);
