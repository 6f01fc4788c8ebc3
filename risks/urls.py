from .impact.pages import urls as impact_urls

urlpatterns = [*impact_urls()]
