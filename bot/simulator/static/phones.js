// The page: polls the feed, keeps one Phone per user, hands out the guide's steps.

import { config, get, post } from "./api.js";
import { avatar, formatTime, make } from "./bubbles.js";
import { addNeighbour, scan } from "./dialogs.js";
import { Phone } from "./phone.js";

const POLL = 700;
const POLL_HIDDEN = 4000;

class Page {
  constructor() {
    this.phones = new Map();
    this.tabs = new Map();
    this.active = null;
    this.seq = 0;
    this.epoch = null;
    this.menuText = "";
    this.scenes = [];
    this.running = null;
    this.again = false;
    this.taken = new Set();
  }

  // --- feed --------------------------------------------------------------------------------------------------------

  // One request at a time; a call during one makes another follow.
  refresh() {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.fetch().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.refresh();
      }
    });
    return this.running;
  }

  async fetch() {
    try {
      const feed = await get(`feed?since=${this.seq}`);
      if (this.epoch !== null && this.epoch !== feed.epoch) location.reload();
      const first = this.epoch === null;
      this.epoch = feed.epoch;
      this.show(feed, first);
      document.body.classList.remove("offline");
    } catch (error) {
      if (!document.body.classList.contains("offline")) this.toast(`连不上模拟器：${error.message}`);
      document.body.classList.add("offline");
    }
  }

  show(feed, first) {
    document.getElementById("now").textContent = formatTime(feed.now);
    document.getElementById("now").dateTime = feed.now;
    this.scenes = this.mergeScenes(feed.scenes);
    for (const user of feed.users) this.seat(user);
    document.getElementById("empty").hidden = this.phones.size > 0;
    this.showMenu(feed.menu);
    for (const item of feed.items) this.phones.get(item.openid)?.add(item, !first);
    this.seq = feed.seq;
    const failures = document.getElementById("failures");
    failures.hidden = feed.failures === 0;
    failures.textContent = `回复不合格 ${feed.failures}`;
    if (!this.active && this.phones.size) this.activate(this.phones.values().next().value);
  }

  mergeScenes(known) {
    const named = config.scenes.map((entry) => entry.scene);
    return [...config.scenes, ...known.filter((scene) => !named.includes(scene)).map((scene) => ({ scene, label: scene }))];
  }

  showMenu(menu) {
    const text = JSON.stringify(menu);
    if (text === this.menuText) return;
    this.menuText = text;
    for (const phone of this.phones.values()) phone.drawMenu(menu?.button || []);
  }

  seat(user) {
    const known = this.phones.get(user.openid);
    if (known) {
      if (JSON.stringify(known.user) !== JSON.stringify(user)) known.update(user);
      return;
    }
    const phone = new Phone(user, this);
    this.phones.set(user.openid, phone);
    this.place(phone, document.getElementById("phones"), phone.root);
    this.place(phone, document.getElementById("tabs"), this.makeTab(phone));
    if (this.menuText) phone.drawMenu(JSON.parse(this.menuText)?.button || []);
  }

  // Leaders stand first, everybody else in the order of arrival.
  place(phone, parent, element) {
    element.dataset.role = phone.user.role;
    const before = phone.user.role === "leader" && [...parent.children].find((child) => child.dataset.role !== "leader");
    parent.insertBefore(element, before || null);
  }

  makeTab(phone) {
    const tab = make("button", "tab");
    tab.type = "button";
    const badge = make("span", "badge");
    badge.hidden = true;
    tab.append(avatar(phone.user.name, phone.user.role), make("span", "", phone.user.name), badge);
    tab.addEventListener("click", () => this.activate(phone));
    this.tabs.set(phone.openid, { tab, badge });
    return tab;
  }

  // --- what phones ask of the page -----------------------------------------------------------------------------------

  activate(phone) {
    if (this.active !== phone) {
      this.active = phone;
      for (const one of this.phones.values()) {
        one.root.classList.toggle("active", one === phone);
        const { tab } = this.tabs.get(one.openid);
        if (one === phone) tab.setAttribute("aria-current", "true");
        else tab.removeAttribute("aria-current");
      }
      this.tabs.get(phone.openid).tab.scrollIntoView({ inline: "nearest", block: "nearest" });
      phone.toEnd();
    }
    if (phone.unread) phone.mark(0);
  }

  unreadChanged(phone) {
    const { badge } = this.tabs.get(phone.openid);
    badge.hidden = phone.unread === 0;
    badge.textContent = phone.badge.textContent;
    const all = [...this.phones.values()].reduce((sum, one) => sum + one.unread, 0);
    document.title = all ? `(${all}) ${config.title}` : config.title;
  }

  scan(phone, key) {
    scan(this, phone, key).catch((error) => this.toast(error.message));
  }

  toast(text, extra) {
    const box = document.getElementById("toast");
    box.replaceChildren(make("span", "", text), ...(extra ? [extra] : []));
    box.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => box.classList.remove("shown"), extra ? 15000 : 4000);
  }

  offerLink(url, phone) {
    document.cookie = `simulator_phone=${encodeURIComponent(phone.openid)}; path=/; samesite=lax`;
    const link = make("a", "", "没打开？点这里");
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    window.open(url, "_blank", "noopener,noreferrer");
    this.toast("扫到一个网址，在新窗口打开。", link);
  }

  // --- guide ---------------------------------------------------------------------------------------------------------

  drawSteps() {
    const list = document.getElementById("steps");
    config.steps.forEach((step, index) => {
      const row = make("li");
      const button = make("button", "step");
      button.type = "button";
      button.title = step.hint || "";
      button.dataset.who = step.who;
      const words = make("span", "words");
      words.append(make("b", "", step.label), make("small", "", step.hint || ""));
      button.append(make("span", "number", String(index + 1)), words);
      button.addEventListener("click", () => this.takeStep(index));
      row.append(button);
      list.append(row);
    });
    this.markStep(0);
  }

  takeStep(index) {
    const step = config.steps[index];
    const fits = (phone) => phone && (phone.openid === step.who || phone.user.role === step.who);
    const phone = fits(this.active) ? this.active : [...this.phones.values()].find(fits);
    if (!phone) {
      this.toast("先用「+ 新邻居」加一部手机");
      return;
    }
    this.activate(phone);
    phone.root.scrollIntoView({ behavior: "smooth", inline: "nearest", block: "nearest" });
    phone.fill(step.text);
    this.taken.add(index);
    this.markStep(index + 1);
  }

  markStep(next) {
    document.querySelectorAll("#steps .step").forEach((button, index) => {
      button.classList.toggle("next", index === next);
      button.classList.toggle("done", this.taken.has(index));
    });
    const step = config.steps[next];
    document.getElementById("guide-note").textContent = step
      ? `第${next + 1}步 ${step.label}：${step.hint}。点一下，文字会填进手机，按回车发送`
      : "走完一遍了，接下来随便试";
  }

  async explainFailures() {
    try {
      const failures = await get("failures");
      const last = failures.at(-1);
      this.toast(last ? `最近一次不合格的回复：${last.reason}` : "没有不合格的回复");
    } catch (error) {
      this.toast(error.message);
    }
  }

  start() {
    this.drawSteps();
    document.getElementById("add").addEventListener("click", () => {
      addNeighbour(this).catch((error) => this.toast(error.message));
    });
    document.getElementById("failures").addEventListener("click", () => this.explainFailures());
    for (const button of document.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", async () => {
        try {
          await post("clock", { advance: Number(button.dataset.advance) });
          this.toast(`时间拨快了${button.textContent.slice(1)}`);
        } catch (error) {
          this.toast(error.message);
        }
        this.refresh();
      });
    }
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".menu")) for (const phone of this.phones.values()) phone.closeMenus();
    });
    const poll = async () => {
      await this.refresh();
      setTimeout(poll, document.hidden ? POLL_HIDDEN : POLL);
    };
    poll();
  }
}

new Page().start();
