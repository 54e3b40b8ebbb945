"""What every page must be: HTML that is closed, safe, and sound for a screen reader."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "option"}
"""Elements without an end; an option of a datalist has none."""

REFERENCES = ("for", "aria-describedby", "aria-controls", "aria-labelledby", "list")


class Page(HTMLParser):
    """A page while it is read.

    `faults` has what is wrong, `tags` every start tag with its attributes, `texts` every text.
    """

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open if tag not in VOID]
        self._check_references()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        self.tags.append((tag, dict(attrs)))
        self.faults += [f"{name} twice in <{tag}>" for name in {*names} if names.count(name) > 1]
        self.faults += [
            f"{name} in <{tag}>" for name in names if name == "style" or name.startswith("on")
        ]
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and "src" not in names:
            self.faults.append("a script in the page")
        for name in ("src", "href", "action"):
            to_others = tag == "a" and dict(attrs).get("rel") == "noreferrer"
            if (dict(attrs).get(name) or "/")[0] not in "/#" and not to_others:
                self.faults.append(f"{name} leads to {dict(attrs)[name]}")
        if tag not in VOID or tag == "option":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag in self.open[-1:]:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in VOID:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> in {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)
        if self.open[-1:] == ["script"] and data.strip():
            self.faults.append("a script in the page")

    def _check_references(self):
        ids = [attrs["id"] for _, attrs in self.tags if "id" in attrs]
        self.faults += [f"id {each} twice" for each in {*ids} if ids.count(each) > 1]
        self.faults += [
            f"{name} of <{tag}> names {each}, which is not there"
            for tag, attrs in self.tags
            for name in REFERENCES
            for each in (attrs.get(name) or "").split()
            if each not in ids
        ]
        labels = {attrs.get("for") for tag, attrs in self.tags if tag == "label"}
        self.faults += [
            f"<{tag} name={attrs.get('name')}> has no label"
            for tag, attrs in self.tags
            if tag in ("input", "select", "textarea")
            and attrs.get("type") not in ("hidden", "checkbox")
            and attrs.get("id") not in labels
            and "aria-label" not in attrs
        ]
        self.faults += [
            f"a region without a name or a focus: {attrs}"
            for _, attrs in self.tags
            if "scroll" in (attrs.get("class") or "").split()
            and not {"aria-label", "tabindex", "role"} <= attrs.keys()
        ]

    @property
    def text(self):
        """The texts, with single blanks."""
        return " ".join(" ".join(self.texts).split())

    def values(self, name):
        """The values of the controls of a name, those of checkboxes only where they are on."""
        return [
            attrs.get("value")
            for tag, attrs in self.tags
            if tag == "input"
            and attrs.get("name") == name
            and (attrs.get("type") != "checkbox" or "checked" in attrs)
        ]


def sound(response):
    """Return the page of a response, which has no fault."""
    page = Page(response.text)
    assert page.faults == []
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert ("html", {"lang": "en"}) in page.tags
    return page
