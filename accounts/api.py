"""The endpoint about who asks."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors
from accounts.serializers import MeSerializer


class MeView(APIView):
    """Whose token this is, what they use and what they may use."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        user = request.user
        shown = {"email": user.email, "name": user.name, "usage": selectors.usage(user)}
        return Response(MeSerializer(shown).data)
