// Two ways to see a code: WeChat's own scanner where the page runs inside WeChat and the account may use it, else the
// phone's camera. developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html

const at = (id) => document.getElementById(id);
const ELSE = "可以在下面输入取货码，或者用微信「扫一扫」扫居民的二维码。";
const WHY_NOT = {
  NotAllowedError: `没有得到使用摄像头的许可。${ELSE}`,
  insecure: `这个地址不能用摄像头。${ELSE}`,
};
const NO_CAMERA = `没有找到能用的摄像头。${ELSE}`;
const WECHAT_MS = 5000; // its script and its answer may take so long, each
let scanner = null;

export async function openCamera(root, found) {
  at("lens-box").hidden = false;
  at("lens-box").classList.remove("off");
  const said = at("camera-said");
  said.hidden = false;
  said.textContent = "正在打开摄像头…";
  at("camera").hidden = true;
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "insecure");
    (await navigator.mediaDevices.getUserMedia({ video: true })).getTracks().forEach((track) => track.stop());
    const { default: QrScanner } = await import(root.dataset.scanner);
    scanner ||= new QrScanner(at("lens"), (code) => found(code.data), {
      returnDetailedScanResult: true,
      preferredCamera: "environment",
      maxScansPerSecond: 8,
      onDecodeError: () => {}, // nothing in view
    });
    await scanner.start();
    await at("lens").play(); // WeChat on iOS shows a black picture without it
    said.hidden = true;
  } catch (error) {
    said.textContent = WHY_NOT[error && error.name] || NO_CAMERA;
    at("camera").hidden = false;
    at("lens-box").classList.add("off"); // the answer to a typed code stays in view
  }
}

function inTime(start) {
  return new Promise((resolve, reject) => {
    start(resolve, reject);
    setTimeout(() => reject(new Error("no answer in time")), WECHAT_MS);
  });
}

function loadSdk(address) {
  return inTime((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: resolve, onerror: () => reject(new Error("not loaded")) });
    document.head.append(script);
  });
}

// Resolves when `wx.scanQRCode` may be called; rejects where the account, the domain or this WeChat does not let it.
async function readyWeChat(root) {
  if (!window.wx) await loadSdk(root.dataset.sdk);
  const { wx } = window;
  await inTime((resolve, reject) => {
    wx.error((answer) => reject(new Error(answer.errMsg))); // comes before `ready`, which is called either way
    wx.ready(resolve);
    wx.config({ debug: false, ...JSON.parse(root.dataset.wechat), jsApiList: ["scanQRCode"] });
  });
  const able = await inTime((resolve, reject) => wx.checkJsApi({ jsApiList: ["scanQRCode"], success: resolve, fail: reject }));
  if (able.checkResult && able.checkResult.scanQRCode === false) throw new Error("this WeChat has no scanner for pages");
}

export async function openWeChat(root, found) {
  const button = at("wechat");
  const toCamera = () => {
    button.hidden = true;
    return openCamera(root, found);
  };
  try {
    await readyWeChat(root);
  } catch (error) {
    root.dataset.wechatWhy = String(error.message || error);
    return toCamera();
  }
  const scan = () =>
    window.wx.scanQRCode({
      needResult: 1,
      scanType: ["qrCode", "barCode"],
      success: (answer) => found(answer.resultStr, { isTyped: true }),
      fail: toCamera,
    });
  button.hidden = false;
  button.addEventListener("click", scan);
  at("camera").hidden = false;
}
