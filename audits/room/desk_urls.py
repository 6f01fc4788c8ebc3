"""What an auditor does at their desk, and what the organisation answers."""

from django.urls import URLPattern, path

from . import population_pages, sample_pages

urlpatterns: list[URLPattern] = [
    path("room/populations/", population_pages.population_list, name="room-population-list"),
    path("room/populations/<slug:kind>/", population_pages.population, name="room-population"),
    path("room/samples/", sample_pages.sample_list, name="room-sample-list"),
    path("room/samples/<int:number>/", sample_pages.sample_page, name="room-sample"),
    path("room/samples/<int:number>/sample.csv", sample_pages.sample_file, name="room-sample-file"),
]
