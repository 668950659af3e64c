// The order form, better with a script: buttons to count with, the total as it will be, what is left now, a clock.
// Without it everything is typed and sent as it stands.

const EVERY_MS = 20000;
const form = document.querySelector("form[data-live]");
const total = document.querySelector("[data-total]");
const remark = document.querySelector("[data-remark]");
const households = document.querySelector("[data-households]");
const until = document.querySelector("[data-seconds]");  // counted from here: a phone's own clock may be wrong

const value = (field) => Number(field.value.replace(/[０-９]/g, (c) => c.charCodeAt(0) - 0xff10).replace("．", ".")) || 0;

function button(text, label, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", press);
  return made;
}

for (const step of form.querySelectorAll(".step")) {
  const field = step.querySelector("input[type=text]");
  const name = field.getAttribute("aria-label").replace(/要多少.*/, "");
  const change = (by) => {
    field.value = String(Math.max(0, Math.round((value(field) + by) * 1000) / 1000));
    reckon();
  };
  step.prepend(button("+", `${name}加一`, () => change(1)));
  step.append(button("−", `${name}减一`, () => change(-1)));
  step.classList.add("has-buttons");
  field.addEventListener("input", () => reckon());
}

let waiting;
function reckon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 250);
}

async function refresh() {
  if (document.hidden) return;
  const asked = new URLSearchParams();
  for (const field of form.querySelectorAll(".step input[type=text]")) asked.set(field.name, value(field));
  try {
    const answer = await fetch(`${form.dataset.live}?${asked}`, { signal: AbortSignal.timeout(8000) });
    if (!answer.ok) return;
    show(await answer.json());
  } catch {
    // The page stays as it was; sending the form says how things stand.
  }
}

function show(now) {
  total.textContent = now.total;
  if (remark) remark.textContent = now.remark || "";
  if (households) households.textContent = now.households;
  for (const item of form.querySelectorAll("[data-number]")) {
    const taken = item.querySelector("[data-taken]");
    if (taken && now.taken) taken.textContent = now.taken[item.dataset.number];
    const left = now.left[item.dataset.number];
    const said = item.querySelector("[data-left]");
    if (said && left !== null) said.textContent = left > 0 ? said.textContent.replace(/剩 [\d.]+|订完了|卖完了/, `剩 ${left}`) : "订完了";
  }
}

function tick() {
  const s = Math.max(0, Math.round(Number(until.dataset.seconds) - performance.now() / 1000));
  if (s === 0) until.textContent = "已经截单";
  else if (s < 3600) until.textContent = `还剩 ${Math.floor(s / 60)}分${s % 60}秒`;
  else if (s < 86400) until.textContent = `还剩 ${Math.floor(s / 3600)}小时${Math.floor((s % 3600) / 60)}分`;
  if (s > 0) setTimeout(tick, 1000);
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
if (until) tick();
if (form.querySelector(".step input[type=text]")) refresh();
