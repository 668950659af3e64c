// Copying and printing, where the browser can.
const text = document.getElementById("text");
const copy = document.getElementById("copy");
const print = document.getElementById("print");
const said = document.getElementById("said");

async function copyText() {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    if (!document.execCommand("copy")) {
      said.textContent = "没有复制成功，文字已经选中，请长按复制。";
      return;
    }
  }
  said.textContent = "已复制，去微信里粘贴就行。";
}

if (text) {
  copy.hidden = false;
  copy.addEventListener("click", copyText);
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}
