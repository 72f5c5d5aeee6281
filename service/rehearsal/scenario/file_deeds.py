"""What people do to files and to what the scanner found (脱密), one function a word of the vocabulary."""

from __future__ import annotations

from service.programmes.demo import made_up
from service.programmes.nomination import attachments
from service.programmes.privacy import clearances, findings
from service.rehearsal.scenario.deeds import author_of, named_user
from service.rehearsal.scenario.library import Step
from service.rehearsal.scenario.scene import Scene, Unplayable
from service.scheduler import file_readings


def attach(scene: Scene, step: Step) -> str:
    """Hand in a file under a name of its own: a picture, or a paper that holds a text."""
    said = step.said
    slots = {text: slot for slot in scene.pack.programme.slots.values() for text in (slot.key, slot.name)}
    if said["slot"] not in slots:
        raise Unplayable(f"没有“{said['slot']}”这种附件，有：{'、'.join(slots)}。")
    with scene.wiring.transaction() as ctx:
        nomination = scene.nomination(ctx, said["attach"])
        user = author_of(scene, ctx, step, said["attach"])
        acting = scene.act_as(ctx, user)
        data = made_up.paper(said["filename"], said["text"]) if "text" in said else made_up.photo()
        attachments.add(acting, nomination, slots[said["slot"]].key, said["filename"], data)
        return f"{user.name}上传“{said['filename']}”（{said['attach']}）"


def declare_files(scene: Scene, step: Step) -> str:
    """Declare every file of somebody that is not declared yet free of secrets (脱密声明)."""
    called = step.said["declare_files"]
    with scene.wiring.transaction() as ctx:
        nomination = scene.nomination(ctx, called)
        acting = scene.act_as(ctx, author_of(scene, ctx, step, called))
        for entry in clearances.list_of(acting, nomination):
            if entry.row is None:
                clearances.declare(acting, nomination, entry.file.id)
        return f"{acting.actor.name}声明{called}的材料已脱密"


def clear_files(scene: Scene, step: Step) -> str:
    """Tick every file that is not ticked yet as looked through (逐件审查)."""
    called = step.said["clear_files"]
    while file_readings.run_once(scene.wiring):
        pass
    with scene.wiring.transaction() as ctx:
        nomination = scene.nomination(ctx, called)
        acting = scene.act_as(ctx, named_user(scene, ctx, step))
        for entry in clearances.list_of(acting, nomination):
            if not entry.is_cleared:
                clearances.clear(acting, nomination, entry.file.id, step.said["reason"])
        return f"{acting.actor.name}逐件审查{called}的材料"


def let_stand(scene: Scene, step: Step) -> str:
    """Rule on everything the scanner found in somebody's words and the names of his files, with a reason."""
    called, word = step.said["let_stand"], step.said["ruling"]
    verdicts = {text: verdict for verdict, text in findings.VERDICTS.items()}
    if word not in verdicts:
        raise Unplayable(f"没有“{word}”这种认定，有：{'、'.join(verdicts)}。")
    with scene.acting(step.said.get("who") or scene.organiser()) as ctx:
        nomination = scene.nomination(ctx, called)
        open_ones = [finding for finding in findings.find(ctx, nomination) if finding.ruling is None]
        for finding in open_ones:
            findings.rule(ctx, nomination, finding.fingerprint, step.said["reason"], verdicts[word])
        return f"{ctx.actor.name}认定{called}的 {len(open_ones)} 处扫描结果：{word}"
