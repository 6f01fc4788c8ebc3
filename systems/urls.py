from django.urls import path

from . import row_pages
from .registers.datasets import DatasetViews
from .registers.life_cycle import SystemRecordViews
from .registers.resources import SystemResourceViews
from .views import AISystemViews, SupplierViews, retire_system

urlpatterns = [
    *AISystemViews.urls(),
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
