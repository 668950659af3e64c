// Opens WeChat's own payment sheet. Whatever it says, the form then asks the server, which asks WeChat Pay.
(function () {
  "use strict";
  const form = document.getElementById("pay");
  if (!form) return;
  function open() {
    const said = form.dataset;
    WeixinJSBridge.invoke(
      "getBrandWCPayRequest",
      {
        appId: said.appid,
        timeStamp: said.timestamp,
        nonceStr: said.noncestr,
        package: said.package,
        signType: said.signtype,
        paySign: said.paysign,
      },
      function () {
        form.submit();
      }
    );
  }
  if (typeof WeixinJSBridge === "undefined") document.addEventListener("WeixinJSBridgeReady", open, false);
  else open();
})();
