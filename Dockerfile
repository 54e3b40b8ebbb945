# feesync in a container: the page and the API by default, and every other command.
#
#   docker build --tag feesync .
#   docker run --rm --volume fees:/data feesync sync
#   docker run --publish 127.0.0.1:8765:8765 --volume fees:/data feesync
#
# Where others call it by a name, such as a service of Compose, http://feesync:8765/:
#
#   docker run --env FEESYNC_ALLOW_HOST=feesync --publish 8765:8765 --volume fees:/data feesync

FROM python:3-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY data data
COPY feesync feesync
RUN python -m venv /opt/feesync && /opt/feesync/bin/pip install --no-cache-dir '.[web,xlsx]'

FROM python:3-slim
COPY --from=build /opt/feesync /opt/feesync
RUN useradd --system --uid 10001 --no-create-home feesync \
    && install --directory --owner feesync /data
ENV PATH=/opt/feesync/bin:$PATH \
    FEESYNC_DB=/data/feesync.db \
    FEESYNC_CACHE=/data/cache \
    XDG_CONFIG_HOME=/data/config
USER 10001
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/health', timeout=4)"]
ENTRYPOINT ["feesync"]
CMD ["serve", "--host", "0.0.0.0"]
