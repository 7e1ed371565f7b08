"""Monthly gifts that PayPal collects: they are registered, and PayPal's post about them is delivered."""

from datetime import date

from shared.cli.demo.chapter import Stage, key
from shared.cli.demo.chapters.donations.bank import donor
from shared.cli.demo.chapters.donations.mail import arrives, post_of
from shared.cli.demo.chapters.donations.monthly import GIFTS, Story
from shared.cli.demo.paypal import PayPal

WEBHOOK = "/paypal/webhook"


class Collected:
    """The monthly gifts of a stage, with the PayPal that tells of them."""

    def __init__(self, stage: Stage, paypal: PayPal) -> None:
        self.stage = stage
        self.paypal = paypal
        self.plan = stage.plan.name
        self._story = Story(paypal.notices, self.plan, stage.first, stage.last)
        self._sent = self._story.all()

    async def register(self) -> None:
        """A treasurer writes down what donors give each month."""
        for gift in GIFTS:
            body = {
                "purpose": gift.purpose,
                "reference": self._story.subscription(gift),
                "donor_id": await donor(self.stage, gift.donor),
                "children": gift.children,
                "correspondence": gift.children > 0,
            }
            once = key(self.stage.plan, f"monthly/{gift.name}", body)
            await self.stage.services.post("donations", "/monthly-gifts", body, once)

    async def arrives(self, day: date) -> bool:
        """PayPal's post of some days is delivered at the webhook, if it is the day; whether anything was."""
        if not arrives(self.stage.first, self.stage.last, day):
            return False
        letters = post_of(self.plan, self._sent, self.stage.first, day)
        for letter in letters:
            body, headers = self.paypal.signed(letter.notice, letter.transmission)
            await self.stage.services.deliver("donations", WEBHOOK, body, headers)
        return bool(letters)
