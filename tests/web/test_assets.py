"""What pages load: built from its sources, all of it ours, none of it inline."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))


def test_the_stylesheet_is_what_its_sources_build(tmp_path: Path) -> None:
    built = tmp_path / "app.css"
    program = Path(sys.executable).with_name("tailwindcss")
    command = [program, "-i", "assets/app.css", "-o", built, "--minify"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    committed = ROOT / "static" / "css" / "app.css"
    assert built.read_text() == committed.read_text(), (
        "Run tailwindcss -i assets/app.css -o static/css/app.css --minify and commit the result."
    )


def static_names() -> Iterator[tuple[Path, str]]:
    for template in TEMPLATES:
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text()):
            yield template, name


@pytest.mark.parametrize(("template", "name"), [(t.name, n) for t, n in sorted(set(static_names()))])
def test_templates_name_static_files_that_exist(template: str, name: str) -> None:
    # The hero clip is rendered by the product itself; the landing page shows a portrait while it is missing.
    assert (ROOT / "static" / name).exists() or name.startswith("media/hero.")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_files_that_exist(script: Path) -> None:
    for name in re.findall(r'^import .*?"([^"]+)";$', script.read_text(), re.MULTILINE | re.DOTALL):
        assert (script.parent / name).resolve().exists(), name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_nothing_that_the_content_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style|\sstyle=", text), "inline style"
    assert not re.search(r"\son[a-z]+=", text), "inline handler"


def test_icons_named_in_templates_are_in_the_sprite() -> None:
    sprite = (ROOT / "static" / "vendor" / "lucide-1.62.0" / "icons.svg").read_text()
    named = {
        name
        for template in TEMPLATES
        for name in re.findall(r'icon\.html" with name="([^"]+)"', template.read_text())
    }
    named |= {name for script in SCRIPTS for name in re.findall(r'icon\("([^"]+)"\)', script.read_text())}
    assert {name for name in named if f'id="{name}"' not in sprite} == set()
