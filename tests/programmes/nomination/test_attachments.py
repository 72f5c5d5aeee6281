"""Files handed in with a nomination: counts, types, and only while the form is open (N11, X01)."""

from __future__ import annotations

import io
from datetime import date
from functools import partial

import pytest
from PIL import Image
from sqlalchemy import delete, select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Attachment, Nomination, UserTask
from service.programmes.demo import made_up
from service.programmes.nomination import attachments
from service.programmes.round import withdrawals
from service.workflow.task import user_tasks
from tests.behind import behind
from tests.programmes.story import CATEGORY, Story, _form, _photo

BIRTH = date(1995, 8, 1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

N11 = "通知：“被推荐对象需同时提供1张两寸免冠彩照和2张工作照（jpg格式，文件大小1M以上）”（N11）。"


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(buffer, "PNG")
    return buffer.getvalue()


def upload(story: Story, nominee: int, slot: str, name: str, data: bytes, *, by: str = "tuanzhibu") -> int:
    with story.acting(by) as ctx:
        return attachments.add(ctx, ctx.session.get_one(Nomination, nominee), slot, name, data).id


def drop(story: Story, nominee: int, slot: str, *, keep: int) -> None:
    with story.wiring.transaction() as ctx:
        of_slot = select(Attachment.id).where(Attachment.nomination_id == nominee, Attachment.slot == slot)
        ids = list(ctx.session.scalars(of_slot))[keep:]
        ctx.session.execute(delete(Attachment).where(Attachment.id.in_(ids)))


@pytest.mark.parametrize(
    ("slot", "keep", "sentence"),
    [("portrait", 0, "需要 1 个，已上传 0 个。"), ("work_photo", 1, "需要 2 个，已上传 1 个。")],
)
def test_missing_photo_refuses_the_form_by_slot(
    round_2024: Story, slot: str, keep: int, sentence: str
) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)
    drop(round_2024, nominee, slot, keep=keep)
    attach, round_2024.attach = round_2024.attach, lambda _: None  # type: ignore[method-assign]

    with pytest.raises(Invalid) as refused:
        round_2024.hand_in(nominee)

    assert refused.value.fields == {f"attachment:{slot}": sentence + N11}
    assert round_2024.waits_at(nominee) == ["fill_in_form"]
    attach(nominee)
    round_2024.hand_in(nominee)
    assert round_2024.status(nominee) == "recommending"


def test_photo_too_many_is_refused_at_the_upload_and_with_the_form(round_2024: Story) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)

    with pytest.raises(Conflict, match="最多 2 个"):
        upload(round_2024, nominee, "work_photo", "3.jpg", made_up.photo())
    # as two who upload at once would leave it
    with round_2024.wiring.transaction() as ctx:
        slot = round_2024.pack.programme.slots["work_photo"]
        attachments.keep(ctx, ctx.session.get_one(Nomination, nominee), "work_photo", _photo(slot))
    with pytest.raises(Invalid) as refused:
        round_2024.hand_in(nominee)

    assert refused.value.fields == {"attachment:work_photo": f"最多 2 个，已上传 3 个，请删去多余的。{N11}"}


def test_slot_takes_only_its_types(round_2024: Story) -> None:
    nominee = round_2024.start()

    with pytest.raises(Invalid, match="此处只收 PDF"):
        upload(round_2024, nominee, "insurance", "证明.docx", b"PK")
    with pytest.raises(Invalid):
        upload(round_2024, nominee, "insurance", "证明.pdf", png())
    with pytest.raises(Invalid):
        upload(round_2024, nominee, "portrait", "证件照.jpg", png())
    with pytest.raises(Invalid, match="没有这个附件栏目"):
        upload(round_2024, nominee, "diploma", "证书.pdf", PDF)


def test_scan_is_kept_encoded_anew_and_a_paper_as_it_is(round_2024: Story) -> None:
    nominee = round_2024.start()
    appended = png() + b"<script>"

    scan = upload(round_2024, nominee, "insurance", "../../证明.png", appended)
    paper = upload(round_2024, nominee, "details", "详细材料.pdf", PDF)

    with round_2024.acting("tuanzhibu") as ctx:
        attachment, data = attachments.get_visible(ctx, scan)
        assert (attachment.filename, attachment.content_type) == ("证明.png", "image/png")
        assert (attachment.size, b"<script>" in data) == (len(appended), False)
        assert attachments.get_visible(ctx, paper)[1] == PDF


def test_small_portrait_warns_and_small_work_photo_is_refused(round_2024: Story) -> None:
    nominee = round_2024.start()
    buffer = io.BytesIO()
    Image.new("RGB", (413, 579), "white").save(buffer, "JPEG")

    portrait = upload(round_2024, nominee, "portrait", "证件照.jpg", buffer.getvalue())
    with pytest.raises(Invalid, match="1 MB 以上"):
        upload(round_2024, nominee, "work_photo", "工作照.jpg", buffer.getvalue())

    with round_2024.acting("tuanzhibu") as ctx:
        assert "1 MB 以上" in attachments.get_visible(ctx, portrait)[0].warning


def test_files_of_another_nomination_are_nobodys_business(round_2024: Story) -> None:
    own, other = round_2024.start(), round_2024.start("wujin-gehu")
    theirs = upload(round_2024, other, "details", "材料.pdf", PDF, by="wujin-gehu-tuan")

    with round_2024.acting("tuanzhibu") as ctx:
        with pytest.raises(NotFound):
            attachments.get_visible(ctx, theirs)
        with pytest.raises(Forbidden):
            attachments.remove(ctx, ctx.session.get_one(Attachment, theirs))
        with pytest.raises(Forbidden):
            attachments.add(ctx, ctx.session.get_one(Nomination, other), "details", "x.pdf", PDF)
        assert list(attachments.list_of(ctx, ctx.session.get_one(Nomination, own))) == []


def test_nothing_is_added_or_removed_once_the_form_is_handed_in(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    with round_2024.wiring.reading() as ctx:
        kept = [a.id for a in attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))]

    with pytest.raises(Conflict, match="不能再改"):
        upload(round_2024, nominee, "details", "材料.pdf", PDF)
    with round_2024.acting("tuanzhibu") as ctx, pytest.raises(Conflict):
        attachments.remove(ctx, ctx.session.get_one(Attachment, kept[0]))

    assert len(kept) == 3


@pytest.mark.usefixtures("both_databases")
def test_file_that_comes_while_the_nomination_is_withdrawn_is_refused(round_2024: Story) -> None:
    nominee = round_2024.start()

    with round_2024.acting("tuanzhibu") as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, nominee), "本人调离常州")
        ctx.session.flush()
        uploading = behind(partial(upload, round_2024, nominee, "details", "证书.png", png()))

    with pytest.raises(Conflict, match="附件不能再改"):
        uploading()
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Attachment.id)).all() == []


@pytest.mark.usefixtures("both_databases")
def test_file_is_not_taken_out_while_the_form_is_handed_in(round_2024: Story) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)
    with round_2024.wiring.reading() as ctx:
        first = ctx.session.scalars(select(Attachment.id).order_by(Attachment.id)).first()
        there = len(ctx.session.scalars(select(Attachment.id)).all())

    def remove() -> None:
        with round_2024.acting("tuanzhibu") as ctx:
            attachments.remove(ctx, ctx.session.get_one(Attachment, first))

    with round_2024.acting("tuanzhibu") as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "fill_in_form"))
        known = made_up.answer_as(round_2024.person(BIRTH), CATEGORY, "青锋")
        known = made_up.answer(_form(ctx, task), known)
        user_tasks.complete(ctx, task.id, "submit", known)
        ctx.session.flush()
        removing = behind(remove)

    with pytest.raises(Conflict, match="附件不能再改"):
        removing()
    with round_2024.wiring.reading() as ctx:
        assert len(ctx.session.scalars(select(Attachment.id)).all()) == there


def test_police_read_the_files_while_they_are_asked(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")
    with round_2024.wiring.reading() as ctx:
        [first, *_] = attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))
    with round_2024.acting("gongan") as ctx, pytest.raises(NotFound):
        attachments.get_visible(ctx, first.id)

    round_2024.carry(nominee, "consult_police")

    with round_2024.acting("gongan") as ctx:
        assert attachments.get_visible(ctx, first.id)[0].slot == first.slot
