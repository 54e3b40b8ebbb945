"""The page `/`: what Medicare allows for one line."""

from __future__ import annotations

from feesync.web.page import Page

PAGE = Page(
    name="estimate",
    path="/",
    title="What does Medicare allow?",
    short="Estimate",
    text="One line, priced to the cent from CMS's own files.",
    fields=("hcpcs", "locality", "date", "pos"),
    more=("units", "charge", "practitioner", "nonpar", "qp", "deductible", "percent", "of_year"),
)
