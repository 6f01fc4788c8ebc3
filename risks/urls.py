from . import assessing_pages, criteria_pages, map_page, register, starter_page

# Pages of their own stand before the addresses of single records.
urlpatterns = [
    *criteria_pages.urls(),
    *map_page.urls(),
    *starter_page.urls(),
    *register.RiskViews.urls(),
    *register.urls(),
    *assessing_pages.urls(),
]
