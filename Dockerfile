# docker build -t mistralserve . && docker run -p 1234:1234 -p 4321:4321 -e MISTRALSERVE_API_KEY mistralserve
# A model:  -v /path/to/models:/models:ro … mistralserve -m /models/MODEL.gguf
# Nothing is written at run time: add --read-only --cap-drop ALL --security-opt no-new-privileges.

# 1. The native libraries, as the lock file pins them. No install script of a package runs.
FROM node:22-bookworm-slim AS native
WORKDIR /native
COPY Inference/Native/package.json Inference/Native/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# 2. The program. This SDK image is Ubuntu 24.04 (glibc 2.39; the .NET 10 images have no Debian flavour): the final image must
#    not have an older glibc.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
COPY --from=native /native/node_modules Inference/Native/node_modules
RUN dotnet publish MistralServe.csproj -c Release -o /app && rm -f /app/*.dbg

# 3. glibc 2.41, libstdc++, libgomp, libssl; no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /app /app
USER nonroot

# Reachable from outside the container, so the server asks for a key and does not start without one: MISTRALSERVE_API_KEY, or
# --api-key-file with a mounted secret.
ENV MISTRALSERVE_HOST=0.0.0.0
EXPOSE 1234 4321
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["/app/mistralserve", "health"]
# Longer than the drain limit of 25 s must be the grace period of whoever stops it (docker stop -t 40).
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/mistralserve", "serve"]
