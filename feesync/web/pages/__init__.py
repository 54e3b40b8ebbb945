"""The pages, in the order of the navigation: a module each."""

from feesync.web.page import Page
from feesync.web.pages.estimate import PAGE as ESTIMATE

PAGES: tuple[Page, ...] = (ESTIMATE,)
