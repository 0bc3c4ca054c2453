# syntax=docker/dockerfile:1
# The image of Rialto: one static binary, the certificates of public authorities, and nothing else. No shell, no root.
#
#   docker build -t rialto --build-arg VERSION="$(git describe --tags --always)" .

FROM golang:1.26-bookworm AS build
WORKDIR /src
# Modules change less often than code: their layer is kept while go.mod is the same.
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/rialto ./cmd/rialto
# What the last stage cannot make for itself, as it has no shell: its user, and folders that belong to that user.
RUN mkdir -p /out/own/data /out/own/tmp /out/etc && chmod 0700 /out/own/data /out/own/tmp \
    && echo 'rialto:x:65532:65532::/data:/none' > /out/etc/passwd && echo 'rialto:x:65532:' > /out/etc/group

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/etc/ /etc/
COPY --from=build --chown=65532:65532 /out/own/ /
COPY --from=build /out/rialto /rialto
USER 65532:65532
# The admin port has no authentication: do not publish it.
ENV RIALTO_ADDR=:8080 RIALTO_ADMIN_ADDR=:9090 RIALTO_DATA_DIR=/data
VOLUME /data
EXPOSE 8080 9090
ENTRYPOINT ["/rialto"]
CMD ["serve"]
