// After signing out: the phone forgets the orders it knew and the page it kept. Scans that are not delivered yet stay.

import { forgetSession, scansLeft } from "./scan/kept.js";

await forgetSession();
if (navigator.serviceWorker) {
  for (const one of await navigator.serviceWorker.getRegistrations()) {
    if (new URL(one.scope).pathname === document.body.dataset.scope) await one.unregister();
  }
}
for (const name of window.caches ? await caches.keys() : []) if (name.startsWith("lintuan-scan-")) await caches.delete(name);
const left = scansLeft();
const said = document.getElementById("scans-left");
said.hidden = !left;
said.textContent = `手机里还有 ${left} 个扫码没上传，下次进来打开「扫码核销」会自动上传。`;
document.body.dataset.forgotten = "yes";
