"""Lists for programs come in pages."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`?page=2&rows=100`; the answer holds `count`, `next`, `previous`, `results`."""

    page_size = 50
    page_size_query_param = "rows"
    max_page_size = 100
