// A list that keeps itself up to date: every 20 seconds its part of the page is fetched anew. What is open stays open,
// what is on the screen stays where it is, and nothing moves under a finger that is about to confirm something.

const EVERY_MS = 20000;
const WAIT_MS = 10000;
const list = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");

function firstInView() {
  return [...list.querySelectorAll("[data-key]")].find((row) => row.getBoundingClientRect().bottom > 0);
}

function replace(html) {
  const opened = [...list.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key);
  const anchor = firstInView();
  const top = anchor && anchor.getBoundingClientRect().top;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  list.replaceChildren(...fresh.body.childNodes);
  for (const key of opened) {
    const again = list.querySelector(`details[data-key="${key}"]`);
    if (again) again.open = true;
  }
  const same = anchor && list.querySelector(`[data-key="${anchor.dataset.key}"]`);
  if (same && window.scrollY > 0) window.scrollBy(0, same.getBoundingClientRect().top - top);
}

async function refresh() {
  const isConfirming = list.querySelector(".nudge[open]") || list.contains(document.activeElement);
  if (document.hidden || isConfirming) return;
  try {
    const answer = await fetch(list.dataset.live, { signal: AbortSignal.timeout(WAIT_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    replace(await answer.text());
    said.hidden = true;
  } catch {
    said.textContent = "现在连不上，上面是刚才的情况。";
    said.hidden = false;
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
