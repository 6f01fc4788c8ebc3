from django.urls import path

from . import row_pages
from .class_page import class_of_system, new_class
from .registers.datasets import DatasetViews
from .registers.life_cycle import SystemRecordViews
from .registers.resources import SystemResourceViews
from .views import SupplierViews, retire_system

# The list of AI systems and their pages are on the floor that knows how they were assessed (risks.inventory).
urlpatterns = [
    path("class-questions/", new_class, name="ai-system-new-class"),
    path("ai-systems/<str:reference>/class/", class_of_system, name="ai-system-class"),
    path("ai-systems/<str:reference>/retire/", retire_system, name="ai-system-retire"),
    *row_pages.of_systems.urls(),
    *SupplierViews.urls(),
    path("suppliers/<str:reference>/assessments/", row_pages.assess, name="supplier-assess"),
    *row_pages.of_suppliers.urls(),
    *DatasetViews.urls(),
    path("datasets/<str:reference>/checks/", row_pages.check, name="dataset-check"),
    *SystemResourceViews.urls(),
    *SystemRecordViews.urls(),
]
