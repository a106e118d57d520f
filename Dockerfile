# syntax=docker/dockerfile:1
# One image for every process; what it does is said by the command, how it does it by the environment.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install script is run: nothing that production imports needs one.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY config ./config
COPY services ./services
COPY workers ./workers
COPY shared ./shared
RUN node services/web/styles/build.ts

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app /app
COPY LICENSE publiccode.yml ./
# An ordinary user who can write nothing here.
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
# Small generations: else V8 keeps hundreds of megabytes of rubbish before it looks (services/start/processes.ts).
CMD ["node", "--max-semi-space-size=16", "--max-old-space-size=768", "services/main.ts"]
