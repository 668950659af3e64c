// One phone: title bar, chat, input, menu.

import { config, post } from "./api.js";
import { avatar, drawItem, formatTime, icon, make, needsTime } from "./bubbles.js";

const ROLES = { leader: "团长", resident: "居民", operator: "平台", driver: "司机" };

export class Phone {
  constructor(user, host) {
    this.user = user;
    this.openid = user.openid;
    this.host = host;
    this.items = [];
    this.unread = 0;
    this.waiting = 0;
    this.root = make("section", "phone");
    this.root.dataset.openid = user.openid;
    this.root.dataset.role = user.role;
    this.build();
  }

  build() {
    const id = `chat-${this.openid}`;
    this.owner = make("div", "owner");
    this.badge = make("span", "badge");
    this.badge.hidden = true;
    this.name = make("strong");
    this.role = make("span", "role");
    this.owner.append(avatar(this.user.name, this.user.role), this.name, this.role, this.badge);

    this.title = make("h2", "title", config.account_name);
    this.chat = make("div", "chat");
    this.chat.id = id;
    this.chat.tabIndex = 0;
    this.chat.setAttribute("role", "log");
    this.screen = make("div", "screen");
    this.screen.append(this.title, this.chat, this.composer(), this.menuBar());
    this.root.append(this.owner, this.screen);
    this.root.addEventListener("focusin", () => this.host.activate(this));
    this.root.addEventListener("pointerdown", () => this.host.activate(this));
    // A chat that shows its end keeps showing it when the phone is resized or a picture arrives.
    this.sticks = true;
    this.chat.addEventListener("scroll", () => (this.sticks = this.isAtEnd()));
    new ResizeObserver(() => this.sticks && this.toEnd()).observe(this.chat);
    this.update(this.user);
  }

  isAtEnd() {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 120;
  }

  composer() {
    this.form = make("form", "composer");
    this.input = make("textarea");
    this.input.rows = 1;
    this.input.maxLength = 5000;
    this.input.placeholder = "发消息";
    this.input.addEventListener("input", () => this.fit());
    this.input.addEventListener("keydown", (event) => {
      // isComposing: Enter that picks a word in an input method is not "send".
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    this.file = make("input", "hidden");
    this.file.type = "file";
    this.file.accept = "image/*";
    this.file.hidden = true;
    this.file.addEventListener("change", () => this.sendPicture());
    const photo = this.tool("photo", "发图片", () => this.file.click());
    const scan = this.tool("scan", "扫码", () => this.host.scan(this, ""));
    const send = make("button", "send", "发送");
    send.type = "submit";
    this.form.append(photo, scan, this.input, send, this.file);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendText();
    });
    return this.form;
  }

  tool(name, label, action) {
    const button = make("button", "tool");
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.append(icon(name));
    button.addEventListener("click", action);
    return button;
  }

  menuBar() {
    this.menu = make("div", "menu");
    this.menu.hidden = true;
    return this.menu;
  }

  // --- what the page tells the phone -------------------------------------------------------------------------------

  update(user) {
    this.user = user;
    const role = ROLES[user.role] || user.role;
    this.name.textContent = user.name;
    this.role.textContent = user.subscribed ? role : `${role} · 未关注`;
    this.root.setAttribute("aria-label", `${role}${user.name}的手机`);
    this.chat.setAttribute("aria-label", `${user.name}和${config.account_name}的聊天`);
    this.input.setAttribute("aria-label", `${user.name}要发的消息`);
    this.root.classList.toggle("away", !user.subscribed);
    if (user.subscribed) this.followButton?.remove();
    else this.offerFollow();
  }

  offerFollow() {
    if (this.followButton?.isConnected) return;
    this.followButton = make("button", "primary follow", "关注公众号");
    this.followButton.type = "button";
    this.followButton.addEventListener("click", () => this.push({ kind: "subscribe" }));
    this.form.before(this.followButton);
  }

  add(item, fresh) {
    const atEnd = this.sticks;
    if (needsTime(item, this.items.at(-1))) this.chat.append(make("p", "time", formatTime(item.at)));
    this.items.push(item);
    this.chat.append(drawItem(item, this));
    if (fresh && !item.mine && this.host.active !== this) this.mark(this.unread + 1);
    if (atEnd || item.mine || !fresh) this.toEnd();
    // A picture has no height until it is loaded.
    for (const image of this.chat.lastElementChild.querySelectorAll("img")) {
      image.addEventListener("load", () => (atEnd || !fresh) && this.toEnd());
    }
  }

  toEnd() {
    this.sticks = true;
    this.chat.scrollTop = this.chat.scrollHeight;
  }

  mark(count) {
    this.unread = count;
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 99 ? "99+" : String(count);
    this.badge.setAttribute("aria-label", `${count}条未读`);
    this.host.unreadChanged(this);
  }

  accountAvatar() {
    const mark = make("span", "avatar account", [...config.account_name][0]);
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }

  fill(text) {
    this.input.value = text;
    this.fit();
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.root.classList.remove("hint");
    void this.root.offsetWidth;
    this.root.classList.add("hint");
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 140)}px`;
    this.form.classList.toggle("ready", this.input.value.trim() !== "");
  }

  drawMenu(buttons) {
    this.menu.replaceChildren();
    this.menu.hidden = buttons.length === 0;
    for (const button of buttons) this.menu.append(this.menuEntry(button));
  }

  menuEntry(button) {
    const cell = make("div", "menu-cell");
    const head = make("button", "", button.name);
    head.type = "button";
    const below = button.sub_button || [];
    if (below.length === 0) {
      head.addEventListener("click", () => this.choose(button));
    } else {
      head.prepend(icon("menu"));
      head.setAttribute("aria-haspopup", "true");
      head.setAttribute("aria-expanded", "false");
      const list = make("div", "submenu");
      list.hidden = true;
      for (const entry of below) {
        const row = make("button", "", entry.name);
        row.type = "button";
        row.addEventListener("click", () => {
          this.closeMenus();
          this.choose(entry);
        });
        list.append(row);
      }
      head.addEventListener("click", () => {
        const open = list.hidden;
        this.closeMenus();
        list.hidden = !open;
        head.setAttribute("aria-expanded", String(open));
      });
      cell.append(list);
    }
    cell.append(head);
    return cell;
  }

  closeMenus() {
    for (const list of this.menu.querySelectorAll(".submenu")) list.hidden = true;
    for (const head of this.menu.querySelectorAll("[aria-expanded]")) head.setAttribute("aria-expanded", "false");
  }

  choose(entry) {
    if (entry.type === "click") this.push({ kind: "click", key: entry.key });
    else if (entry.type === "view") {
      document.cookie = `simulator_phone=${encodeURIComponent(this.openid)}; path=/; samesite=lax`;
      window.open(entry.url, "_blank", "noopener,noreferrer");
      this.push({ kind: "view", url: entry.url });
    } else if (entry.type === "scancode_waitmsg" || entry.type === "scancode_push") this.host.scan(this, entry.key);
    else if (entry.type?.startsWith("pic_")) this.file.click();
    else this.host.toast(`试用台没有「${entry.name}」这种菜单`);
  }

  // --- what the person does ----------------------------------------------------------------------------------------

  async sendText() {
    const content = this.input.value.trim();
    if (!content) return;
    this.input.value = "";
    this.fit();
    await this.push({ kind: "text", content });
  }

  async sendPicture() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    const form = new FormData();
    form.set("openid", this.openid);
    form.set("kind", "image");
    form.set("file", file);
    await this.run(() => post("push", form));
  }

  push(data) {
    return this.run(() => post("push", { openid: this.openid, ...data }));
  }

  async run(action) {
    this.wait(1);
    setTimeout(() => this.host.refresh(), 40);
    try {
      return await action();
    } catch (error) {
      this.host.toast(error.message);
      return null;
    } finally {
      this.wait(-1);
      this.host.refresh();
    }
  }

  wait(change) {
    this.waiting += change;
    this.title.textContent = this.waiting > 0 ? "对方正在输入…" : config.account_name;
  }
}
