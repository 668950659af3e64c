// Draws messages. Everything here comes from people and from the bot, so only text nodes and checked links are made:
// this file (like the whole page) never parses a string as markup.

import { mediaUrl } from "./api.js";

const ZONE = "Asia/Shanghai";
const GAP = 5 * 60 * 1000;
const CHANNELS = { custom: "客服消息", template: "模板消息", subscribe: "订阅通知" };
const LINK = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>/gi;
const ADDRESS = /https?:\/\/[^\s<>"'，。；、（）「」！？]+/g;

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function avatar(name, role) {
  const letter = [...(name || "?")][0];
  const element = make("span", "avatar", letter);
  element.setAttribute("aria-hidden", "true");
  element.dataset.tone = role === "leader" ? "leader" : String([...(name || "")].reduce((n, c) => n + c.codePointAt(0), 0) % 6);
  return element;
}

const PARTS = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

export function formatTime(iso) {
  const part = Object.fromEntries(PARTS.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  return `${part.month}月${part.day}日 ${part.weekday} ${part.hour}:${part.minute}`;
}

export const needsTime = (item, previous) => !previous || new Date(item.at) - new Date(previous.at) > GAP;

// --- text ---------------------------------------------------------------------------------------------------------

function outside(url, label, openid) {
  const link = make("a", "", label);
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  // The authorisation page must know whose phone this is.
  link.addEventListener("click", () => {
    document.cookie = `simulator_phone=${encodeURIComponent(openid)}; path=/; samesite=lax`;
  });
  return link;
}

function tapToSend(url, label, phone) {
  const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const content = query.get("msgmenucontent") || label;
  const button = make("button", "tap", label);
  button.type = "button";
  button.title = `发送「${content}」`;
  button.addEventListener("click", () => phone.push({ kind: "menu_item", id: query.get("msgmenuid") || "0", content }));
  return button;
}

function plain(text, phone) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    parts.push(text.slice(end, match.index), outside(match[0], match[0], phone.openid));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

export function richText(text, phone) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const url = (match[1] ?? match[2]).replaceAll("&amp;", "&").trim();
    parts.push(...plain(text.slice(end, match.index), phone));
    if (/^weixin:\/\/bizmsgmenu\?/i.test(url)) parts.push(tapToSend(url, match[3], phone));
    else if (/^https?:\/\//i.test(url)) parts.push(outside(url, match[3], phone.openid));
    else parts.push(match[0]);
    end = match.index + match[0].length;
  }
  return [...parts, ...plain(text.slice(end), phone)].filter((part) => part !== "");
}

// --- kinds --------------------------------------------------------------------------------------------------------

function textBubble(item, phone) {
  const bubble = make("div", "bubble");
  if (item.mine) bubble.textContent = item.text;
  else bubble.append(...richText(item.text, phone));
  return bubble;
}

export function zoomable(source, label) {
  const button = make("button", "picture");
  button.type = "button";
  button.setAttribute("aria-label", `${label}，点开看大图`);
  const image = make("img");
  image.alt = label;
  image.loading = "lazy";
  image.src = source;
  button.append(image);
  button.addEventListener("click", () => {
    document.getElementById("viewer-image").src = source;
    document.getElementById("viewer").showModal();
  });
  return button;
}

const imageBubble = (item) => zoomable(mediaUrl(item.data.media_id), "图片");

function cardLink(url, phone) {
  if (!/^https?:\/\//i.test(url || "")) return null;
  return outside(url, "查看详情", phone.openid);
}

function templateCard(item, phone) {
  const card = make("div", "card");
  card.append(make("h3", "", item.data.title));
  const list = make("dl");
  for (const row of item.data.rows) list.append(make("dt", "", row.label), make("dd", "", row.value));
  card.append(list);
  const link = cardLink(item.data.url, phone);
  if (link) card.append(link);
  return card;
}

function newsCard(item, phone) {
  const card = make("div", "card news");
  for (const article of item.data.articles) {
    if (/^https?:\/\//i.test(article.picurl || "")) {
      const image = make("img");
      image.alt = "";
      image.src = article.picurl;
      card.append(image);
    }
    card.append(make("h3", "", article.title), make("p", "", article.description));
    const link = cardLink(article.url, phone);
    if (link) card.append(link);
  }
  return card;
}

function menuCard(item, phone) {
  const card = make("div", "card choices");
  card.append(make("p", "", item.text));
  for (const choice of item.data.items) {
    const button = make("button", "tap", choice.content);
    button.type = "button";
    button.addEventListener("click", () => phone.push({ kind: "menu_item", id: choice.id, content: choice.content }));
    card.append(button);
  }
  if (item.data.tail) card.append(make("p", "muted", item.data.tail));
  return card;
}

const KINDS = { image: imageBubble, template: templateCard, news: newsCard, msgmenu: menuCard };
const NAMES = { voice: "[语音]", video: "[视频]", music: "[音乐]", miniprogrampage: "[小程序]", location: "[位置]" };

function content(item, phone) {
  if (KINDS[item.kind]) return KINDS[item.kind](item, phone);
  if (NAMES[item.kind] && !item.text) return make("div", "bubble", NAMES[item.kind]);
  return textBubble(item, phone);
}

function label(item) {
  const words = [];
  if (CHANNELS[item.channel]) words.push(CHANNELS[item.channel]);
  if (!item.mine && item.attempt > 1) words.push(`第${item.attempt}次推送`);
  return words.join(" · ");
}

export function drawItem(item, phone) {
  if (item.kind === "event" || item.channel === "notice") {
    return make("p", item.channel === "notice" ? "system warn" : "system", item.text);
  }
  const row = make("div", item.mine ? "row mine" : "row");
  row.dataset.channel = item.channel;
  const body = make("div", "body");
  body.append(content(item, phone));
  const note = label(item);
  if (note) body.append(make("span", "channel", note));
  row.append(item.mine ? avatar(phone.user.name, phone.user.role) : phone.accountAvatar(), body);
  return row;
}
