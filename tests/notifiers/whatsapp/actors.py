"""What somebody does to be called in WhatsApp, and what is waited for then."""

from tests.house import House
from tests.notifiers.actors import joined
from tests.visitor import Visitor
from tests.whatsapp_server import Person, WhatsAppServer

LEAVE = "Send it to my WhatsApp"


async def leaves(house: House, meta: WhatsAppServer, wes: Visitor, phone: Person) -> str:
    """The link that they followed."""
    page = await wes.open("/messages")
    link = await wes.leads_to(page.links[LEAVE])
    await meta.follows(phone, link)
    await settled(house, meta)
    return link


async def takes_part(house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, code: str = "") -> None:
    await joined(house, wes, code)
    await wes.press("Yes")
    await leaves(house, meta, wes, phone)


async def settled(house: House, meta: WhatsAppServer) -> None:
    """Return when all that was said is answered, and what became of the answers is heard."""
    await house.settle()
    await meta.settled()
    await house.app.delivery.look_once()
    await house.settle()
    await meta.settled()


async def later(house: House, meta: WhatsAppServer, **amount: float) -> None:
    house.clock.pass_time(**amount)
    await house.caught_up()
    await settled(house, meta)
