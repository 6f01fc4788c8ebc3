FROM python:3.11-slim-bookworm

# Pango and HarfBuzz set the PDFs, libmagic looks into uploads; fonts come with Pango.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libmagic1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --user-group --create-home --home-dir /home/aims aims \
    && install --directory --owner aims --group aims /data

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 AIMS_DATA=/data
WORKDIR /portal

COPY requirements/portal.lock requirements/portal.lock
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/portal.lock

COPY . .
# The key and the addresses signed or opened with it are no part of the image; collectstatic only wants some.
RUN SECRET_KEY=for-collectstatic-only STATIC_ROOT=/portal/staticfiles python manage.py collectstatic --no-input
ENV STATIC_ROOT=/portal/staticfiles

USER aims
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "python:aims_portal.gunicorn", "--bind", "0.0.0.0:8000"]
