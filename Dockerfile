# syntax=docker/dockerfile:1
# The product without embedded servers: API, worker and every other command of `loanbroker`.

FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy PATH=/build/.venv/bin:/usr/local/bin:/usr/bin:/bin
# The locked tools bring Node as a wheel, hatchling and everything else that building needs.
COPY requirements.lock requirements.production.lock ./
RUN python -m venv .venv \
    && .venv/bin/pip install --quiet uv==0.13.9 \
    && uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN cd frontend && npm ci --no-fund --no-audit
COPY frontend frontend
COPY openapi openapi
RUN cd frontend && npm run build
COPY pyproject.toml README.md ./
COPY migrations migrations
COPY src src
RUN uv build --quiet --wheel --no-build-isolation --out-dir dist \
    && python -m venv /srv/loanbroker \
    && uv pip sync --quiet --python /srv/loanbroker/bin/python --require-hashes requirements.production.lock \
    && uv pip install --quiet --python /srv/loanbroker/bin/python --no-deps dist/*.whl \
    && cp -r frontend/dist /srv/loanbroker/spa

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/loanbroker --create-home loanbroker && chmod 700 /var/lib/loanbroker
COPY --from=build /srv/loanbroker /srv/loanbroker
ENV PATH=/srv/loanbroker/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOANBROKER_ENVIRONMENT=production \
    LOANBROKER_HOST=0.0.0.0 \
    LOANBROKER_PORT=8000 \
    LOANBROKER_DATA_DIR=/var/lib/loanbroker \
    LOANBROKER_FRONTEND_DIR=/srv/loanbroker/spa
WORKDIR /var/lib/loanbroker
USER loanbroker
VOLUME /var/lib/loanbroker
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"LOANBROKER_PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["loanbroker"]
CMD ["serve"]
