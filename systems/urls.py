from django.urls import path

from .views import AISystemViews, SupplierViews, retire_system

urlpatterns = [
    *AISystemViews.urls(),
    path("ai-systems/<str:reference>/retire/", retire_system, name="ai-system-retire"),
    *SupplierViews.urls(),
]
