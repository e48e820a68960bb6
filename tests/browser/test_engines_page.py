"""The operator follows a fetch without reloading the page."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from rendering.models import ModelPull
from tests import factories

MIB = 1 << 20


def test_a_fetch_is_followed_to_its_end(
    page: Page, sign_in: Callable[[BrowserContext, User], None], elsewhere: Callable[..., object]
) -> None:
    sign_in(page.context, factories.user("op@example.org", is_staff=True, is_superuser=True))
    file = {
        "name": "w",
        "bytes": 4 * MIB,
        "licence": "MIT",
        "state": "missing",
        "needed": True,
        "by_hand": False,
    }
    factories.engine(
        name="wav2lip", title="Wav2Lip", state="lacking", problem="It needs w.", artifacts=[file]
    )
    page.goto("/admin/rendering/engine/")
    page.get_by_text("0 of 1 model files are here").click()
    page.get_by_role("button", name="Fetch what it needs (4.0\xa0MB)").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    page.get_by_text("0 of 1 model files are here").click()

    def change(**fields: object) -> None:
        elsewhere(ModelPull.objects.update, **fields)

    change(state="running", artifact="w", done_bytes=MIB, total_bytes=4 * MIB)
    expect(page.get_by_text("Fetching: w, 1.0\xa0MB of 4.0\xa0MB")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", str(MIB))
    expect(page.get_by_role("cell", name="missing")).to_be_visible()  # what was unfolded stays so
    change(state="failed", problem="The disk is full. Make room.")
    expect(page.get_by_text("The disk is full. Make room.")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch what it needs")).to_be_visible()
