// The three windows over the page: a new neighbour, the scanner, the picture viewer.

import { mediaUrl, post } from "./api.js";
import { make } from "./bubbles.js";

const NAMES = ["小陈", "李阿姨", "老周", "王叔", "赵姐", "小林", "孙奶奶", "阿明", "吴老师", "何妈妈"];

function ask(dialog) {
  const form = dialog.querySelector("form");
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok" ? new FormData(form) : null), { once: true });
  });
}

export async function addNeighbour(page) {
  const dialog = document.getElementById("neighbour");
  const form = dialog.querySelector("form");
  const taken = new Set([...page.phones.values()].map((phone) => phone.user.name));
  form.elements.name.value = NAMES.find((name) => !taken.has(name)) || `邻居${taken.size + 1}`;
  if (!form.elements.scene.value) form.elements.scene.value = page.scenes[0]?.scene || "";
  form.elements.way.value = form.elements.scene.value ? "scene" : "search";
  document.getElementById("scenes").replaceChildren(
    ...page.scenes.map(({ scene, label }) => {
      const option = make("option", "", label);
      option.value = scene;
      return option;
    }),
  );
  form.elements.scene.oninput = () => (form.elements.way.value = "scene");
  const answer = await ask(dialog);
  if (!answer) return;
  const scene = answer.get("way") === "scene" ? answer.get("scene").trim() : "";
  const user = await post("users", { name: answer.get("name").trim(), role: "resident", subscribed: false });
  await page.refresh();
  const phone = page.phones.get(user.openid);
  page.activate(phone);
  phone.root.scrollIntoView({ behavior: "smooth", inline: "end", block: "nearest" });
  await phone.push({ kind: "subscribe", scene });
}

function pictures(page, pick) {
  const seen = new Set();
  const buttons = [];
  for (const phone of page.phones.values()) {
    for (const item of phone.items.filter((one) => one.kind === "image" && !seen.has(one.data.media_id))) {
      seen.add(item.data.media_id);
      const button = make("button", "thumb");
      button.type = "button";
      button.title = `${phone.user.name}手机里的图片`;
      const image = make("img");
      image.src = mediaUrl(item.data.media_id);
      image.alt = button.title;
      button.append(image);
      button.addEventListener("click", () => pick(item.data.media_id));
      buttons.unshift(button);
    }
  }
  return buttons;
}

export async function scan(page, phone, key) {
  const dialog = document.getElementById("scanner");
  const form = dialog.querySelector("form");
  form.reset();
  let mediaId = "";
  const box = document.getElementById("pictures");
  box.replaceChildren(...pictures(page, (id) => {
    mediaId = id;
    dialog.close("ok");
  }));
  const answer = await ask(dialog);
  if (!answer) return;
  const seen = new FormData();
  seen.set("openid", phone.openid);
  seen.set("key", key);
  if (mediaId) seen.set("media_id", mediaId);
  else if (answer.get("file")?.size) seen.set("file", answer.get("file"));
  else seen.set("text", answer.get("text"));
  const result = await phone.run(() => post("scan", seen));
  if (!result) return;
  if (result.open) page.offerLink(result.open, phone);
  else if (!result.pushed) page.toast(`扫到：${result.result}`);
}
