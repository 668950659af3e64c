// What people see of a scan: the answer in large letters, the list of what was scanned, what waits to be sent.

const at = (id) => document.getElementById(id);
const MOST_SHOWN = 20;

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function busy() {
  at("result").className = "scan-result busy";
  at("result").textContent = "正在核对…";
}

export function show(told, undo = null) {
  const box = at("result");
  box.className = `scan-result ${told.ok ? "good" : "bad"}`;
  const title = told.ok ? (told.offline ? "可以给货（没有网络，先记下）" : told.again ? "这一单刚才已核销" : "已核销") : "不能核销";
  const parts = [element("strong", title, "big")];
  if (told.who) parts.push(element("p", told.who, "who"));
  if (told.why) parts.push(element("p", told.why));
  for (const item of told.items || []) parts.push(element("p", item, "item"));
  for (const mark of told.marks || []) parts.push(element("p", mark, "mark"));
  for (const extra of told.owed || []) parts.push(element("p", `另外欠补货：${extra}`));
  if (told.note) parts.push(element("p", `备注：${told.note}`));
  if (told.collect) parts.push(element("p", told.collect, "collect"));
  if (told.ok && told.code && undo) parts.push(undoForm(told.code, undo));
  box.replaceChildren(...parts);
  if (navigator.vibrate) navigator.vibrate(told.ok ? 60 : [90, 60, 90]);
}

function undoForm(code, { action, csrf }) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of [["csrf_token", csrf], ["code", code]]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  form.append(element("button", "核错了，撤销", "btn"));
  return form;
}

export function note(told, extra) {
  const row = document.createElement("li");
  const text = element("span", told.who || "没有这个码", "grow");
  if (told.ok ? extra : told.why) text.append(element("span", told.ok ? extra : `${extra ? `${extra}：` : ""}${told.why}`, "sub"));
  row.append(text, element("span", told.ok ? "已核销" : "没核销", `pill ${told.ok ? "good" : "bad"}`));
  at("log").prepend(row);
  while (at("log").children.length > MOST_SHOWN) at("log").lastElementChild.remove();
  at("log-card").hidden = false;
}

export function showWaiting(scans, isEnded) {
  const box = at("network");
  box.hidden = !scans.length && !isEnded;
  const count = scans.length;
  box.textContent = isEnded
    ? `登录已经过期，请在公众号里重新发「后台」。${count ? `手机里存着 ${count} 个没上传的，重新进来后会自动上传。` : ""}`
    : `有 ${count} 个扫码还没上传，有网后自动上传。`;
  at("waiting-card").hidden = !count;
  at("waiting").replaceChildren(
    ...scans.map((scan) => {
      const row = document.createElement("li");
      const clock = new Date(scan.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      row.append(element("span", scan.seq || "取货码", "grow"), element("span", `${clock} 扫的，待上传`, "end"));
      return row;
    }),
  );
}
