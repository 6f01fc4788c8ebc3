from django.urls import path

from .views.acceptance import accept, ask, withdraw
from .views.plans import TreatmentPlanViews, plan_approval
from .views.risk_stub import RiskViews
from .views.treatments import TreatmentViews, verify_treatment

urlpatterns = [
    *RiskViews.urls(),
    path("risks/<str:reference>/accept/", accept, name="risk-accept"),
    path("risks/<str:reference>/ask-acceptance/", ask, name="risk-ask-acceptance"),
    path("risks/<str:reference>/withdraw-acceptance/", withdraw, name="risk-withdraw-acceptance"),
    *TreatmentViews.urls(),
    path("treatments/<str:reference>/verify/", verify_treatment, name="treatment-verify"),
    *TreatmentPlanViews.urls(),
    *plan_approval.urls(),
]
