"""The account: what WeChat's API and console say about it. Codes: see `bot/wechat_errors.py`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from bot.protocol import BadCredentials, check_credentials, sign
from bot.wechat_errors import SendError
from config import TemplateMessage
from operating.doctor.findings import Finding, Patient, Probed, bad, good, odd

_ADDRESS = re.compile(r"invalid ip (\S+)")
_FIELD = re.compile(r"{{\s*(\w+)\.DATA\s*}}")
_CONSOLE = "微信开发者平台"
_WRONG_ACCOUNT = {
    40013: ("AppID 不对", f"把 {_CONSOLE}→基本配置 里的 AppID 填进 [wechat] appid"),
    40125: (
        "AppSecret 不对，或者被重置过",
        f"在 {_CONSOLE} 重置 AppSecret，填进环境变量 LINTUAN_WECHAT__SECRET，再重启",
    ),
    40243: ("AppSecret 被冻结了", f"在 {_CONSOLE}→基本配置 里解冻"),
    50002: ("这个公众号被限制使用", "登录公众平台看站内信，按上面说的处理"),
    45009: ("今天的接口次数用完了", "等到半夜 12 点，或者在公众平台清零一次"),
}


def credentials(patient: Patient) -> Iterator[Finding]:
    """Token, key and mode as they stand in the configuration."""
    from app import credentials as configured

    try:
        check_credentials(configured(patient.config))
    except BadCredentials as error:
        said = str(error)
        if "token" in said:
            yield bad("Token 太短", "[wechat] token 要 16 到 32 个字母数字，公众平台的服务器配置里填一样的")
        elif "EncodingAESKey" in said:
            yield bad("EncodingAESKey 不对", "[wechat] aes_key 要正好 43 个字母数字，从公众平台的服务器配置页复制")
        else:
            yield bad(
                "消息加解密方式不是安全模式", "公众平台选「安全模式」，[wechat] mode 写 safe；不然谁都能冒充用户发消息"
            )
        return
    yield good("Token 和 EncodingAESKey 的样子是对的")
    if not patient.config.wechat.account_id:
        yield odd("没有填公众号的原始 ID", "把 设置→账号详情 里的 gh_… 填进 [wechat] account_id，别的号的消息就进不来")


def access(patient: Patient) -> Iterator[Finding]:
    """Whether WeChat gives us an access token; without one the rest cannot be asked."""
    try:
        patient.messenger.fetch_token()
    except SendError as error:
        yield _refused(error)
        return
    yield good("微信认得这个 AppID 和 AppSecret，服务器 IP 也在白名单里")
    yield from _permissions(patient)


def _refused(error: SendError) -> Finding:
    if error.code == 40164:
        found = _ADDRESS.search(error.detail)
        address = found[1] if found else "日志里写的那个"
        return bad(f"服务器的 IP {address} 不在白名单里", f"{_CONSOLE}→基本配置→IP 白名单，加上 {address}")
    if error.code in _WRONG_ACCOUNT:
        return bad(*_WRONG_ACCOUNT[error.code])
    if error.code is None:
        return bad(
            "连不上微信的接口，或者回的不是微信的回答",
            "看看这台机器能不能上网、防火墙和 DNS：curl https://api.weixin.qq.com",
        )
    return bad(f"微信拒绝了：errcode {error.code} {error.detail}", "照这个号码查微信的全局返回码说明")


def _permissions(patient: Patient) -> Iterator[Finding]:
    """What this kind of account may do, and what is configured all the same."""
    notices = patient.config.notices
    may_push = _may(patient.messenger.probe_customer)
    if notices.customer and may_push is False:
        yield bad(
            "这个号没有客服消息的权限（没有认证）", "[notices] customer 写 false，通知会跟在下一次回复里；或者去认证"
        )
    elif may_push:
        yield good("可以发客服消息")
    if _may(lambda: patient.messenger.ask("menu/get")) is False:
        yield odd("这个号没有自定义菜单的权限", "认证以后再运行 cli.py menu；没有菜单也能用")
    yield from _templates(
        patient, "template/get_all_private_template", "template_list", "template_id", notices.templates
    )
    yield from _templates(patient, "/wxaapi/newtmpl/gettemplate", "data", "priTmplId", notices.subscriptions)


def _may(ask: Callable[[], object]) -> bool | None:
    """Whether the account may do it; None when WeChat did not say."""
    try:
        ask()
    except SendError as error:
        return False if error.code in {48001, 50001} else None if error.code is None else True
    return True


def _templates(
    patient: Patient, path: str, rows: str, key: str, configured: Mapping[str, TemplateMessage]
) -> Iterator[Finding]:
    """Every configured template must be one of the account's, with the fields it is filled with."""
    if not configured:
        return
    try:
        have: dict[str, Any] = {row[key]: row for row in patient.messenger.ask(path).get(rows, [])}
    except SendError as error:
        if error.code in {48001, 50001}:
            yield bad("配置了模板，但这个号没有模板的权限", "要认证的服务号；不用的话把 [notices.templates] 各段删掉")
        else:
            yield odd("没能看到公众号的模板", "过一会儿再运行一次")
        return
    for kind, template in configured.items():
        yield _template(kind, template, have.get(template.id))


def _template(kind: str, template: TemplateMessage, row: Mapping[str, Any] | None) -> Finding:
    if row is None:
        return bad(f"通知 {kind} 的模板 {template.id} 不在公众号里", "到公众平台的模板列表里复制模板 ID，填进配置")
    fields = set(_FIELD.findall(str(row.get("content", ""))))
    missing, left = set(template.fields) - fields, fields - set(template.fields)
    if fields and missing:
        return bad(
            f"通知 {kind} 的模板没有这些字段：{'、'.join(sorted(missing))}", f"它有的是：{'、'.join(sorted(fields))}"
        )
    if fields and left:
        return bad(
            f"通知 {kind} 没有填模板的这些字段：{'、'.join(sorted(left))}", "微信要求每个字段都有内容，在 fields 里补上"
        )
    return good(f"通知 {kind} 的模板和字段都对")


def callback(patient: Patient) -> Iterator[Finding]:
    """Asks our own public address what WeChat asks when 服务器配置 is saved."""
    config = patient.config
    stamp, nonce, echo = str(int(patient.clock().timestamp())), secrets.token_hex(6), secrets.token_hex(8)
    signature = sign(config.wechat.token.get_secret_value(), stamp, nonce)
    query = urlencode({"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo})
    address = f"{config.server.public_url.rstrip('/')}/wechat"
    yield _called_back(patient.probe(f"{address}?{query}"), echo, address)


def _called_back(answer: Probed, echo: str, address: str) -> Finding:
    if answer.error == "certificate":
        return bad(f"{address} 的证书不对", "换成受信任的证书（例如 Caddy 自动申请，或 certbot），不要过期、不要自签")
    if answer.error:
        return bad(f"打不开 {address}", "看看域名解析、80/443 端口、反向代理和服务是不是都在；从外网再试一次")
    if answer.status == 403:
        return bad(f"{address} 认为签名不对", "运行中的服务用的是别的 Token，或者时钟差了 5 分钟以上：改好配置后重启")
    if answer.status != 200 or answer.text.strip() != echo:
        return bad(
            f"{address} 回的不是我们的服务（HTTP {answer.status}）", "反向代理要把 /wechat 转给 127.0.0.1 上的服务"
        )
    return good(f"微信能从 {address} 找到服务（从这台机器试的）")
