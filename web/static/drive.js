// Taps on a bad line: each is kept on the phone, in order, and sent again until the server has it. The server counts
// none twice. Without this script the forms work as forms.

const KEY = `drive:${location.pathname}`;
const AGAIN_MS = 4000;
const WAIT_MS = 30000;
const EDGE = 1280;
const said = document.getElementById("waiting");
let sending = false;

const kept = () => JSON.parse(localStorage.getItem(KEY) || "[]");
const keep = (taps) => localStorage.setItem(KEY, JSON.stringify(taps));

function show(text) {
  said.textContent = text;
  said.hidden = !text;
}

// A photo of some megabytes would not get through: it is drawn smaller.
async function smaller(file) {
  const picture = await createImageBitmap(file);
  const share = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.75);
}

async function tap(event) {
  event.preventDefault();
  const form = event.target;
  const photo = form.elements.photo && form.elements.photo.files[0];
  const one = { key: form.dataset.key, action: form.action, fields: {}, photo: "" };
  for (const [name, value] of new FormData(form)) if (typeof value === "string") one.fields[name] = value;
  if (photo) {
    try {
      one.photo = await smaller(photo);
    } catch {
      show("这张照片打不开，请换一张，或者先不带照片。");
      return;
    }
  }
  const taps = kept().filter((other) => other.key !== one.key);
  try {
    keep([...taps, one]);
  } catch {
    keep([...taps, { ...one, photo: "" }]);
    show("手机存不下照片了，先记签收。");
  }
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  send();
}

function body(one) {
  const form = new FormData();
  for (const [name, value] of Object.entries(one.fields)) form.append(name, value);
  if (one.photo) {
    const bytes = Uint8Array.from(atob(one.photo.split(",")[1]), (letter) => letter.charCodeAt(0));
    form.append("photo", new Blob([bytes], { type: "image/jpeg" }), "photo.jpg");
  }
  return form;
}

// The token of this page, as it may be younger than the tap.
function fresh(one) {
  const token = document.querySelector("input[name=csrf_token]");
  if (token) one.fields.csrf_token = token.value;
  return one;
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    while (kept().length) {
      const one = fresh(kept()[0]);
      const answer = await fetch(one.action, { method: "POST", body: body(one), redirect: "manual", signal: AbortSignal.timeout(WAIT_MS) });
      if (answer.type !== "opaqueredirect") {
        // Not taken: the page's own token may be too old (400), then a new page brings a new one.
        if (answer.status === 400 && (one.tries = (one.tries || 0) + 1) < 3) {
          keep([one, ...kept().slice(1)]);
          break;
        }
        if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
      }
      keep(kept().slice(1)); // taken, or refused for good: the page then says which
    }
    location.reload();
  } catch {
    show(`没有网，${kept().length} 步记在手机上了，会自动再发，可以继续开车。`);
    setTimeout(send, AGAIN_MS);
  } finally {
    sending = false;
  }
}

for (const form of document.querySelectorAll("form.drive")) form.addEventListener("submit", tap);
window.addEventListener("online", send);
if (kept().length) send();
