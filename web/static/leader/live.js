// A list that keeps itself up to date: every 20 seconds its part of the page is fetched anew. What is open stays open,
// what is on the screen stays where it is, and what has the focus keeps it.

const EVERY_MS = 20000;
const WAIT_MS = 10000;
const list = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");

function inView(row) {
  const box = row.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

// What must not move: the row that a finger is at, else the first on the screen.
function standing() {
  const touched = list.querySelector(".nudge[open]") || (list.contains(document.activeElement) && document.activeElement);
  const row = touched && touched.closest("[data-key]");
  return row && inView(row) ? row : [...list.querySelectorAll("[data-key]")].find(inView);
}

const again = (row) => row && list.querySelector(`[data-key="${row.dataset.key}"]`);

function replace(html) {
  const opened = [...list.querySelectorAll("details[open][data-key]")];
  const focused = list.contains(document.activeElement) && document.activeElement;
  const anchor = standing();
  const top = anchor && anchor.getBoundingClientRect().top;
  list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  for (const one of opened) {
    const fresh = again(one);
    if (fresh) fresh.open = true;
  }
  if (focused) {
    const holder = again(focused.closest("[data-key]"));
    const same = holder && holder.querySelector(focused.tagName.toLowerCase());
    if (same) same.focus({ preventScroll: true });
  }
  const stood = again(anchor);
  if (stood && window.scrollY > 0) window.scrollBy(0, stood.getBoundingClientRect().top - top);
}

async function refresh() {
  if (document.hidden) return;
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
