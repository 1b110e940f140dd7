# Samenspraak in a container: only Python, what the lock says, the code, and two programs for back-ups of PostgreSQL.
#   docker build -t samenspraak .
FROM python:3.12-slim-trixie AS build

# pg_dump and pg_restore alone: the package they come in would bring Perl. Of the version in docker-compose.yml.
WORKDIR /client
RUN apt-get update \
    && apt-get download postgresql-client-17 \
    && dpkg --extract postgresql-client-17_*.deb .

# The lock changes less often than the code. It has the extra `audio`, for what coordinators record on the page (105 MB).
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock

WORKDIR /app
COPY bot ./bot
COPY storage ./storage
COPY locales ./locales
RUN python -m compileall -q . && /venv/bin/python -m bot.compile_all


FROM python:3.12-slim-trixie

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home samenspraak \
    && install --directory --owner=samenspraak --group=samenspraak --mode=700 /data /backups \
    && printf '#!/bin/sh\nexec /venv/bin/python -m bot "$@"\n' > /usr/local/bin/samenspraak \
    && chmod 755 /usr/local/bin/samenspraak

COPY --from=build /client/usr/lib/postgresql/17/bin/pg_dump /client/usr/lib/postgresql/17/bin/pg_restore /usr/local/bin/
COPY --from=build /venv /venv
COPY --from=build /app /app

WORKDIR /app
USER samenspraak
ENV DATABASE_URL=sqlite:////data/samenspraak.db HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
VOLUME ["/data", "/backups"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 \
    CMD ["/venv/bin/python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=8)"]
ENTRYPOINT ["samenspraak"]
CMD ["run"]
