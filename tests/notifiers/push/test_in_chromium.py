"""Push in a real browser: the real worker shows what the notifier wrote, and the page asks for leave as it should.

A browser subscribes at its maker's, which is not here: `subscribe` alone is stood in for, and what it gives is of the
push service that reads what was sent.
"""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.letters import Delivered
from bot.notifiers.push.notifier import PushNotifier
from bot.notifiers.push.subscription import Subscription
from bot.survey.conversation.buttons import Call, encode
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.test_in_chromium import join
from tests.house import Clock, House
from tests.notifiers.push.push_service import Device, PushService
from tests.notifiers.push.test_notifier import ABOUT, envelope
from tests.patience import PATIENCE
from tests.variants import variants

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

SHOWN = """navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(all => JSON.stringify(
    all.map(({title, body, tag, lang, dir, data}) => ({title, body, tag, lang, dir, data}))))"""

REGISTERED = """navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(
    ({active}) => active.state === 'activated' || new Promise(done => {
        active.onstatechange = () => { if (active.state === 'activated') done(true); };
    }))"""
TAPPED = """(async () => {
    const opened = [];
    Object.defineProperty(self.clients, "openWindow", { value: async (address) => { opened.push(address); } });
    for (const notification of await self.registration.getNotifications()) {
        self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    }
    return opened;
})()"""


async def called(browser: Browser, house: House) -> "Called":
    """Somebody who takes part, on a phone that lets pages call it."""
    tab = await browser.tab()
    await permit(browser, tab, house, "granted")
    await join(tab, house, house.add().invitation)
    return await Called(browser, tab, house).ready()


async def permit(browser: Browser, tab: Tab, house: House, setting: str) -> None:
    await browser.call(
        "Browser.setPermission", permission={"name": "notifications"}, setting=setting, origin=house.page,
        browserContextId=tab._context,
    )  # fmt: skip


class Called:
    """A phone with the worker of the page."""

    def __init__(self, browser: Browser, tab: Tab, house: House) -> None:
        self.browser, self.tab, self.house = browser, tab, house
        self.registration, self.known, self.displayed = "", asyncio.Event(), asyncio.Event()

    async def ready(self) -> "Called":
        async def heard(params: Any) -> None:
            for one in params["registrations"]:
                if one["scopeURL"].startswith(self.house.page) and not one["isDeleted"]:
                    self.registration = one["registrationId"]
                    self.known.set()

        async def told(params: Any) -> None:
            if params["backgroundServiceEvent"]["eventName"] == "Notification displayed":
                self.displayed.set()

        self.browser.hear(self.tab._session, "ServiceWorker.workerRegistrationUpdated", heard)
        self.browser.hear(self.tab._session, "BackgroundService.backgroundServiceEventReceived", told)
        await self.tab.call("BackgroundService.startObserving", service="notifications")
        await self.tab.call("BackgroundService.setRecording", service="notifications", shouldRecord=True)
        await self.tab.call("ServiceWorker.enable")
        await self.tab.run(REGISTERED)
        async with asyncio.timeout(PATIENCE):
            await self.known.wait()
        return self

    async def gets(self, data: str) -> None:
        """What its push service brings, until it is on the screen: whoever asks a browser for its notifications before
        that, makes it drop what is not there yet."""
        self.displayed.clear()
        await self.tab.call(
            "ServiceWorker.deliverPushMessage", origin=self.house.page, registrationId=self.registration, data=data
        )
        async with asyncio.timeout(PATIENCE):
            await self.displayed.wait()

    async def opens(self) -> list[str]:
        """The addresses that a tap on each notification would open; a tap itself is of the system, not of a page."""
        targets = (await self.browser.call("Target.getTargets"))["targetInfos"]
        (worker,) = [one["targetId"] for one in targets if one["url"] == f"{self.house.page}/sw.js"]
        attached = await self.browser.call("Target.attachToTarget", targetId=worker, flatten=True)
        found = await self.browser.call(
            "Runtime.evaluate", attached["sessionId"], expression=TAPPED, awaitPromise=True, returnByValue=True
        )
        return [str(one) for one in found["result"]["value"]]

    async def shows(self, count: int) -> list[dict[str, Any]]:
        """The notifications on its screen, once there are so many."""
        await self.tab.run("window.count = -1")
        await self.tab.until(f"({SHOWN}.then(all => {{ count = JSON.parse(all).length; }}), count === {count})")
        found: list[dict[str, Any]] = json.loads(await self.tab.run(SHOWN))
        return found


async def test_what_the_notifier_wrote_is_what_the_phone_shows(
    house: House, notifier: PushNotifier, service: PushService, browser: Browser
) -> None:
    device = service.device()
    assert await notifier.deliver(envelope(device)) == Delivered()
    phone = await called(browser, house)
    await phone.gets(json.dumps(device.got[0]))
    (shown,) = await phone.shows(1)
    written = device.got[0]["notification"]
    assert shown == {
        "title": "Samenspraak", "body": ABOUT["nl"], "tag": "reminder", "lang": "nl", "dir": "ltr",
        "data": written["navigate"],
    }  # fmt: skip


async def test_what_is_about_the_same_takes_the_place_of_what_was_there(
    house: House, notifier: PushNotifier, service: PushService, browser: Browser
) -> None:
    device = service.device()
    phone = await called(browser, house)
    for key in ("reminder:5:1", "reminder:5:2", "invitation:5"):
        await notifier.deliver(envelope(device, key=key))
        await phone.gets(json.dumps(device.got[-1]))
    assert sorted(one["tag"] for one in await phone.shows(2)) == ["invitation", "reminder"]


MALFORMED = (
    "", '{"notification": 7}', '{"notification": {"dir": "sideways"}}', "{", "null", "[]", "7",
    '{"notification": null}',
    '{"notification": "x"}', '{"notification": {"renotify": true}}', '{"notification": {"title": "", "navigate": ""}}',
    '{"notification": {"actions": 5}}',
)  # fmt: skip


@pytest.mark.parametrize("data", variants(MALFORMED))
async def test_something_is_shown_whatever_came(house: House, browser: Browser, data: str) -> None:
    phone = await called(browser, house)
    await phone.gets(data)
    (shown,) = await phone.shows(1)
    assert (shown["title"], shown["data"]) == ("Samenspraak", "/")


async def test_a_tap_on_it_opens_the_door(
    house: House, notifier: PushNotifier, service: PushService, browser: Browser
) -> None:
    device = service.device()
    await notifier.deliver(envelope(device))
    phone = await called(browser, house)
    await phone.gets(json.dumps(device.got[0]))
    await phone.shows(1)
    assert await phone.opens() == [device.got[0]["notification"]["navigate"]]
    assert not await phone.shows(0)


# The page

COUNTS = """window.asked = 0; if (window.Notification) {
    const really = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => { asked++; return really(); };
}"""
"""How often a browser was asked whether it may be called."""
GIVES = """{
    const own = PushManager.prototype, has = () => localStorage.getItem("browser");
    const made = () => has() && {
        toJSON: () => JSON.parse(has()),
        unsubscribe: async () => { localStorage.removeItem("browser"); localStorage.setItem("ended", "yes"); },
    };
    own.getSubscription = async () => made();
    own.subscribe = async (options) => {
        if (!options.userVisibleOnly || options.applicationServerKey !== "KEY") throw new Error("refused");
        localStorage.setItem("browser", JSON.stringify(GIVEN));
        return made();
    };
}"""
"""A browser whose maker answers."""
HURRIED = """{
    const later = setTimeout;
    window.setTimeout = (act, after, ...more) => later(act, after === 10000 ? 100 : after, ...more);
}"""
THINKS = """{
    const own = PushManager.prototype, really = own.subscribe;
    window.thinks = null;
    own.subscribe = async function (options) {
        if (await new Promise((done) => { window.thinks = done; })) throw new Error("no");
        return really.call(this, options);
    };
}"""
"""A browser that answers when the test says so."""
REPLACED = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
DENIES = 'Notification.requestPermission = async () => "denied";'
YES, CALLS = "Stuur het naar dit toestel", "U krijgt een bericht op de telefoon of computer waarop u ja zei."
BUTTON = "document.querySelector('[data-device]')"
REMEMBERED = "JSON.parse(localStorage.getItem('push') || 'null')"


class Offered:
    """A phone on the page that offers to call it."""

    def __init__(self, browser: Browser, tab: Tab, house: House) -> None:
        self.browser, self.tab, self.house = browser, tab, house
        self.sent: list[dict[str, str]] = []

    @classmethod
    async def made(cls, browser: Browser, house: House, permission: str, *scripts: str) -> "Offered":
        tab = await browser.tab()
        await permit(browser, tab, house, permission)
        for script in (COUNTS, *scripts):
            written = script.replace("KEY", house.app.public_key)
            await tab.call("Page.addScriptToEvaluateOnNewDocument", source=written)
        phone = cls(browser, tab, house)
        browser.hear(tab._session, "Network.requestWillBeSent", phone._hear)
        await join(tab, house, house.add().invitation)
        phone.sent.clear()
        await tab.open(f"{house.page}/messages")
        return phone

    async def _hear(self, params: Any) -> None:
        asked = params["request"]
        if asked["method"] == "POST":
            self.sent.append({name: last for name, (*_, last) in parse_qs(asked.get("postData", "")).items()})

    async def alert(self) -> str:
        await self.tab.until("document.querySelector('main [role=alert]')")
        return str(await self.tab.run("document.querySelector('main [role=alert]').innerText"))


def left(house: House) -> list[Subscription | None]:
    """What is kept of all that were sent."""
    with house.app.database.transaction() as tx:
        found = tx.connection.exec_driver_sql("SELECT address_sealed FROM notification_addresses").scalars()
        return [Subscription.read(tx.seal.open("push", sealed)) for sealed in found]


def gives(device: Device) -> str:
    return GIVES.replace("GIVEN", device.subscription)


async def test_a_tap_subscribes_and_what_it_gives_can_be_called(
    house: House, notifier: PushNotifier, service: PushService, browser: Browser
) -> None:
    device = service.device()
    phone = await Offered.made(browser, house, "granted", gives(device))
    assert not await phone.tab.run(f"{BUTTON}.hidden")
    assert (await phone.tab.run("asked"), phone.sent) == (0, []), "nothing is asked before a tap"
    await phone.tab.click(YES)
    await phone.tab.until(REMEMBERED)
    await phone.tab.sees(CALLS)
    (sent,) = phone.sent
    assert sent["fill"] == encode(Call("leave", "push"))
    assert await phone.tab.run("asked") == 1
    assert left(house) == [Subscription.read(sent["field.address"])] == [Subscription.read(device.subscription)]
    assert await notifier.deliver(envelope(device)) == Delivered()


async def test_a_page_that_news_replaced_meanwhile_loses_no_yes(
    house: House, service: PushService, browser: Browser
) -> None:
    device = service.device()
    phone = await Offered.made(browser, house, "granted", gives(device), THINKS)
    await phone.tab.click(YES)
    await phone.tab.until(f"{BUTTON}.disabled && thinks")
    await phone.tab.run(REPLACED)
    await phone.tab.until(f"!{BUTTON}.disabled")
    await phone.tab.run("thinks()")
    await phone.tab.sees(CALLS)
    assert left(house) == [Subscription.read(device.subscription)]


@pytest.mark.fire
async def test_a_page_that_news_replaced_meanwhile_tells_what_went_wrong(
    house: House, service: PushService, browser: Browser
) -> None:
    phone = await Offered.made(browser, house, "granted", "PushManager.prototype.getSubscription = () => null;", THINKS)
    await phone.tab.click(YES)
    await phone.tab.until(f"{BUTTON}.disabled && thinks")
    await phone.tab.run(REPLACED)
    await phone.tab.until(f"!{BUTTON}.disabled")
    await phone.tab.run("thinks('no')")
    assert await phone.alert() == "Dat lukt niet op dit toestel. U kunt wel uw e-mailadres invullen."


async def test_whoever_says_no_reads_what_to_do_and_is_not_asked_again(
    house: House, service: PushService, browser: Browser
) -> None:
    phone = await Offered.made(browser, house, "prompt", gives(service.device()), DENIES)
    await phone.tab.click(YES)
    assert await phone.alert() == "Uw toestel laat geen berichten toe. U kunt wel uw e-mailadres invullen."
    assert not phone.sent
    assert not await phone.tab.run(BUTTON)


async def test_where_it_was_denied_there_is_no_button(house: House, browser: Browser) -> None:
    phone = await Offered.made(browser, house, "denied")
    assert await phone.tab.run(f"{BUTTON}.hidden")


@pytest.mark.parametrize("missing", ["PushManager", "Notification"])
async def test_where_a_browser_cannot_there_is_no_button(house: House, browser: Browser, missing: str) -> None:
    phone = await Offered.made(browser, house, "granted", f"delete window.{missing};")
    assert await phone.tab.run(f"{BUTTON}.hidden")


async def test_a_tap_ends_what_the_browser_had_for_whoever_was_there_before(
    house: House, service: PushService, browser: Browser
) -> None:
    former, own = service.device("former"), service.device("own")
    phone = await Offered.made(browser, house, "granted", gives(own))
    await phone.tab.run(f"localStorage.setItem('browser', {json.dumps(former.subscription)})")
    await phone.tab.click(YES)
    await phone.tab.until(REMEMBERED)
    assert await phone.tab.run("localStorage.getItem('ended')") == "yes"
    remembered = await phone.tab.run(f"{REMEMBERED}.address")
    assert Subscription.read(remembered) == Subscription.read(own.subscription)


@pytest.mark.fire
async def test_a_browser_that_never_answers_is_not_waited_for(house: House, browser: Browser) -> None:
    """This one: without the servers of its maker it does not even refuse."""
    phone = await Offered.made(browser, house, "granted", HURRIED)
    await phone.tab.click(YES)
    assert await phone.alert() == "Dat lukt niet op dit toestel. U kunt wel uw e-mailadres invullen."
    assert not phone.sent
    assert await phone.tab.run(REMEMBERED) is None


@pytest.mark.fire
async def test_what_a_browser_changed_is_told_without_a_tap(
    house: House, service: PushService, browser: Browser
) -> None:
    first, second = service.device("first"), service.device("second")
    phone = await Offered.made(browser, house, "granted", gives(first))
    await phone.tab.click(YES)
    await phone.tab.until(REMEMBERED)
    await phone.tab.sees(CALLS)
    await phone.tab.reload()
    await phone.tab.run("new Promise(done => setTimeout(done, 300))")
    assert len(phone.sent) == 1, "nothing changed"
    written = json.dumps(second.subscription)
    await phone.tab.run(f"localStorage.setItem('browser', {written})")
    await phone.tab.reload()
    await phone.tab.until(f"({REMEMBERED} || {{}}).address === JSON.stringify(JSON.parse({written}))")
    told = phone.sent[-1]
    assert (told["fill"], len(phone.sent)) == (encode(Call("leave", "push")), 2)
    read = Subscription.read
    assert read(told["field.address"]) == read(second.subscription)
    assert read(told["field.instead"]) == read(first.subscription)
    assert told["once"] != phone.sent[0]["once"], "it is not taken for the tap"
    assert left(house) == [read(second.subscription)]


@pytest.mark.fire
async def test_what_was_stopped_is_not_begun_by_what_a_browser_changed(
    house: House, service: PushService, browser: Browser
) -> None:
    first, second = service.device("first"), service.device("second")
    phone = await Offered.made(browser, house, "granted", gives(first))
    await phone.tab.click(YES)
    await phone.tab.sees(CALLS)
    await phone.tab.click("Op uw toestel: stoppen")
    await phone.tab.sees("U krijgt geen berichten meer op uw telefoon of computer.")
    await phone.tab.run(f"localStorage.setItem('browser', {json.dumps(second.subscription)})")
    await phone.tab.reload()
    await phone.tab.until(f"({REMEMBERED} || {{}}).address.includes('/second:')")
    assert left(house) == [Subscription.read(first.subscription)]
    assert house.rows("SELECT stopped_at IS NULL FROM notification_addresses") == [(0,)]


async def test_from_yes_on_this_device_to_the_reminder_on_its_screen(
    house: House, service: PushService, browser: Browser, clock: Clock
) -> None:
    device = service.device()
    phone = await Offered.made(browser, house, "granted", gives(device))
    await phone.tab.click(YES)
    await phone.tab.sees(CALLS)
    clock.pass_time(days=2, hours=1)
    await house.caught_up()
    ((message,), screen) = device.got, await Called(browser, phone.tab, house).ready()
    await screen.gets(json.dumps(message))
    (shown,) = await screen.shows(1)
    assert (shown["tag"], shown["title"], shown["lang"]) == ("reminder", "Samenspraak", "nl")
    assert shown["body"]
    (door,) = await screen.opens()
    await phone.tab.open(door)
    await phone.tab.sees("Zin 1 van 26")


@pytest.mark.fire
async def test_what_a_browser_lost_is_asked_for_again(house: House, service: PushService, browser: Browser) -> None:
    phone = await Offered.made(browser, house, "granted", gives(service.device()))
    await phone.tab.click(YES)
    await phone.tab.until(REMEMBERED)
    await phone.tab.run("localStorage.removeItem('browser')")
    await phone.tab.reload()
    await phone.tab.until("localStorage.getItem('browser')")
    assert await phone.tab.run("asked") == 0, "it was allowed before"


async def test_whoever_is_done_on_this_phone_is_not_called_there_any_more(
    house: House, service: PushService, browser: Browser
) -> None:
    phone = await Offered.made(browser, house, "granted", gives(service.device()))
    await phone.tab.click(YES)
    await phone.tab.until(REMEMBERED)
    await phone.tab.sees(CALLS)
    await phone.tab.open(f"{house.page}/keep")
    await phone.tab.click("Ik ben klaar op deze telefoon")
    await phone.tab.until("location.pathname === '/gone'")
    assert await phone.tab.run("localStorage.getItem('ended')") == "yes"
    assert await phone.tab.run(REMEMBERED) is None


async def test_who_never_said_yes_is_done_as_before(house: House, browser: Browser) -> None:
    phone = await Offered.made(browser, house, "granted")
    await phone.tab.open(f"{house.page}/keep")
    await phone.tab.click("Ik ben klaar op deze telefoon")
    await phone.tab.until("location.pathname === '/gone'")
    assert await phone.tab.run("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


@pytest.mark.parametrize("standalone", variants(("false", "true", "undefined"), always=2))
async def test_only_an_iphone_is_told_of_the_home_screen(house: House, browser: Browser, standalone: str) -> None:
    """A browser there says whether it runs from the home screen, and no other does."""
    is_offered = standalone == "false"
    script = f"Object.defineProperty(navigator, 'standalone', {{get: () => {standalone}}});"
    phone = await Offered.made(browser, house, "granted", script)
    assert await phone.tab.run("!document.querySelector('[data-home-screen]').hidden") is is_offered
    link = await phone.tab.run("(document.querySelector('link[rel=manifest]') || {}).href || ''")
    assert link == (f"{house.page}/manifest.webmanifest" if is_offered else "")
