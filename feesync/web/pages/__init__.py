"""The pages, in the order of the navigation: a module each."""

from feesync.web.page import Page
from feesync.web.pages.api import PAGE as API
from feesync.web.pages.check import PAGE as CHECK
from feesync.web.pages.claim import PAGE as CLAIM
from feesync.web.pages.compare import PAGE as COMPARE
from feesync.web.pages.coverage import PAGE as COVERAGE
from feesync.web.pages.data import PAGE as DATA
from feesync.web.pages.diff import PAGE as DIFF
from feesync.web.pages.estimate import PAGE as ESTIMATE
from feesync.web.pages.history import PAGE as HISTORY
from feesync.web.pages.localities import PAGE as LOCALITIES
from feesync.web.pages.rates import PAGE as RATES
from feesync.web.pages.sheet import PAGE as SHEET

PAGES: tuple[Page, ...] = (
    *(ESTIMATE, CLAIM, CHECK, SHEET, COMPARE, HISTORY, RATES, DIFF, LOCALITIES, COVERAGE),
    *(DATA, API),
)
