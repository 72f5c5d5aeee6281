# The service in one image: `serve`, `worker` and `migrate` are commands of it. See docs/operating/machines.md.
FROM python:3.12-slim AS build
# any make does, and the stage is thrown away
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make
WORKDIR /build
COPY requirements requirements
COPY pyproject.toml Makefile frontend.mk README.md ./
COPY service service
COPY frontend frontend
# bundles the front end with the Node of a wheel
RUN make assets
RUN python -m venv /app/.venv && \
    /app/.venv/bin/pip install --quiet --require-hashes -r requirements/run.lock

FROM python:3.12-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home xuanshu && install -d -o xuanshu -g xuanshu -m 700 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /build/service service
COPY migrations migrations
COPY processes processes
COPY forms forms
COPY LICENSE pyproject.toml ./
RUN printf '#!/bin/sh\ncd /app && exec .venv/bin/python -m service.cli "$@"\n' > /usr/local/bin/xuanshu && \
    chmod +x /usr/local/bin/xuanshu
# by number, so that a host that knows no such name can tell it is not root
USER 10001
ENV HOME=/data \
    PYTHONUNBUFFERED=1 \
    XUANSHU_DATA_DIR=/data \
    XUANSHU_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["xuanshu", "serve"]
