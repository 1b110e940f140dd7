FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 samenspraak && mkdir /data && chown samenspraak /data
COPY --from=build /venv /venv
WORKDIR /app
COPY bot ./bot
COPY storage ./storage
COPY locales ./locales
USER samenspraak
ENV DATABASE_URL=sqlite:////data/samenspraak.db HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /data
ENTRYPOINT ["/venv/bin/python", "-m", "bot"]
CMD ["run"]
